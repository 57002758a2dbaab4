import type { CredentialUserKind } from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A row that has a credential's id, or text in which a template may be. */
export interface PossibleUser {
  kind: CredentialUserKind;
  id: string;
  name: string | null;
  agent_id: string | null;
  credential_id: string | null;
  /** JSON text by field. */
  texts: Record<string, string | null>;
}

/** Says too much rather than too little: what JSON text holds is known when it has been parsed. */
const mayHoldTemplate = (text: string): string =>
  String.raw`(strpos(${text}, '{{credential:') > 0 OR strpos(${text}, '\u') > 0)`;

const ofServers = (kind: CredentialUserKind, table: string): string => `
  SELECT '${kind}', id, name, NULL, NULL,
    json_build_object('args_json', args_json, 'env_json', env_json, 'config_json', config_json, 'headers_json', headers_json)
    FROM ${table} WHERE workspace_id = $1 AND ${mayHoldTemplate('concat(args_json, env_json, config_json, headers_json)')}`;

/** In the order in which they are told. */
const possibleUsers = `
  SELECT 'agent_binding' AS kind, b.id, NULL AS name, b.agent_id, b.credential_id, '{}'::json AS texts
    FROM unnest($2::text[]) AS asked (id) CROSS JOIN LATERAL (
      SELECT id, agent_id, credential_id FROM agent_bindings
       WHERE workspace_id = $1 AND credential_id = asked.id ORDER BY id LIMIT $3) b
  UNION ALL
  SELECT 'agent_binding', id, NULL, agent_id, credential_id,
    json_build_object('config_override_json', config_override_json)
    FROM agent_bindings WHERE workspace_id = $1 AND ${mayHoldTemplate('config_override_json')}
  UNION ALL ${ofServers('crew_server', 'crew_servers')}
  UNION ALL ${ofServers('workspace_server', 'workspace_servers')}
  ORDER BY kind, id`;

@Injectable()
export class CredentialUsageRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @param most of the bindings that have one credential's id */
  findPossibleUsers(workspaceId: string, credentialIds: string[], most: number): Promise<PossibleUser[]> {
    return this.dataSource.query<PossibleUser[]>(possibleUsers, [workspaceId, credentialIds, most]);
  }
}
