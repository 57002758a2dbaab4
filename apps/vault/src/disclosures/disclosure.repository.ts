import type { AuditEntry, AuditPage, AuditQuery } from '@hawser/contracts/directory';
import { PreparedQuery, readAuditLog } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Names of credentials hold no comma, and unnest takes lists of lists apart. */
const separator = ',';

/** Nothing for a workspace that is gone: a call that comes late must not bring anything of it back. */
const insertAll = new PreparedQuery(
  'insert-disclosures',
  `INSERT INTO disclosures (id, workspace_id, at, actor_kind, actor_id, actor_user_id, action, target_id, target_name,
     fields, request_id)
   SELECT r.id, r.workspace_id, r.at, r.actor_kind, r.actor_id, r.actor_user_id, r.action, r.target_id, r.target_name,
     string_to_array(r.fields, '${separator}'), r.request_id
   FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[], $11::text[])
     AS r (id, workspace_id, at, actor_kind, actor_id, actor_user_id, action, target_id, target_name, fields, request_id)
   WHERE NOT EXISTS (
     SELECT 1 FROM departed_tenants d WHERE d.workspace_id = r.workspace_id AND d.id = r.workspace_id)`,
);

@Injectable()
export class DisclosureRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All of them, or none. */
  async insert(entries: readonly AuditEntry[]): Promise<void> {
    await insertAll.run(this.dataSource, [
      entries.map(({ id }) => id),
      entries.map(({ workspace_id }) => workspace_id),
      entries.map(({ at }) => at),
      entries.map(({ actor_kind }) => actor_kind),
      entries.map(({ actor_id }) => actor_id),
      entries.map(({ actor_user_id }) => actor_user_id),
      entries.map(({ action }) => action),
      entries.map(({ target_id }) => target_id),
      entries.map(({ target_name }) => target_name),
      entries.map(({ fields }) => fields.join(separator)),
      entries.map(({ request_id }) => request_id),
    ]);
  }

  /** @throws ServiceError validation_failed for a time or a cursor that is none */
  list(workspaceId: string, query: AuditQuery): Promise<AuditPage> {
    return readAuditLog(this.dataSource, 'disclosures', workspaceId, query);
  }
}
