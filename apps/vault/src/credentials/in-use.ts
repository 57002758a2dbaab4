import { ServiceError } from '@hawser/contracts';
import type { UsedCredential } from '@hawser/contracts/bindings';
import { toUser } from './credential-view.js';

const mostNamed = 3;

/**
 * @param users at least one
 * @param remedy what to do, as the end of the sentence
 */
export function credentialInUse(
  name: string,
  users: readonly UsedCredential[],
  remedy: string,
): ServiceError {
  const named = users.slice(0, mostNamed).map(describe);
  // Not how many: of very many users not all are told.
  if (users.length > mostNamed) named.push('others');
  const last = named.pop();
  const list = named.length === 0 ? last : `${named.join(', ')} and ${last}`;
  return new ServiceError('credential_in_use', `credential "${name}" is used by ${list}; ${remedy}`, {
    used_by: users.map(toUser),
  });
}

function describe({ kind, id, name, agent_id }: UsedCredential): string {
  switch (kind) {
    case 'agent_binding':
      return `binding ${id} of agent ${agent_id}`;
    case 'workspace_server':
      return `workspace server "${name}"`;
    case 'crew_server':
      return `crew server "${name}"`;
  }
}
