import { credentialNamesIn } from '@hawser/cascade';
import { workspaceOf, type CallContext } from '@hawser/contracts';
import type { CredentialUsage, FindCredentialUsers, UsedCredential } from '@hawser/contracts/bindings';
import { Injectable } from '@nestjs/common';
import { CredentialUsageRepository, type PossibleUser } from './credential-usage.repository.js';

/** Told of each credential, of bindings that have its id and of templates alike: a person reads the list. */
const mostOfOne = 100;
/** Of all that are asked about, as an answer can carry. */
const mostOfAll = 10_000;

@Injectable()
export class CredentialUsageService {
  constructor(private readonly repository: CredentialUsageRepository) {}

  async find(context: CallContext, { credentials }: FindCredentialUsers): Promise<CredentialUsage> {
    const ids = credentials.map(({ id }) => id);
    const most = Math.min(mostOfOne, Math.floor(mostOfAll / Math.max(1, ids.length)));
    const rows = await this.repository.findPossibleUsers(workspaceOf(context), ids, most);
    const byId = Map.groupBy(rows, ({ credential_id }) => credential_id);
    const byName = Map.groupBy(rows.flatMap(namesIn), ({ name }) => name);
    return {
      uses: credentials.flatMap(({ id, name }) =>
        usesOf(id, byId.get(id) ?? [], (byName.get(name) ?? []).slice(0, most)),
      ),
    };
  }
}

interface Naming {
  row: PossibleUser;
  name: string;
  /** In which a template has the name. */
  fields: string[];
}

/** Each row once, whether it has the credential's id, names it, or both. */
function usesOf(
  credential_id: string,
  having: readonly PossibleUser[],
  naming: readonly Naming[],
): UsedCredential[] {
  const uses = new Map<string, UsedCredential>();
  const add = ({ kind, id, name, agent_id }: PossibleUser, templates: string[]): unknown =>
    uses.set(id, { credential_id, kind, id, name, agent_id, templates });
  for (const row of having) add(row, []);
  for (const { row, fields } of naming) add(row, fields);
  return [...uses.values()];
}

function namesIn(row: PossibleUser): Naming[] {
  const found = Object.entries(row.texts).flatMap(([field, text]) =>
    text === null ? [] : [...credentialNamesIn(text)].map((name) => ({ name, field })),
  );
  const byName = Map.groupBy(found, ({ name }) => name);
  return [...byName].map(([name, uses]) => ({ row, name, fields: uses.map(({ field }) => field) }));
}
