import { type Actor, roles } from '@hawser/contracts';
import { isJsonObject } from './json.js';

const kinds: readonly Actor['kind'][] = ['user', 'service', 'agent', 'system'];

/** Reads an actor from outside, known fields only; undefined if it is not one. */
export function readActor(value: unknown): Actor | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, user_id, agent_id } = value;
  const kind = kinds.find((known) => known === value.kind);
  const role = roles.find((known) => known === value.role);
  if (kind === undefined || !isName(id) || (value.role !== undefined && role === undefined)) return undefined;
  if (!isOptionalName(user_id) || !isOptionalName(agent_id)) return undefined;
  return {
    kind,
    id,
    ...(user_id === undefined ? {} : { user_id }),
    ...(agent_id === undefined ? {} : { agent_id }),
    ...(role === undefined ? {} : { role }),
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isOptionalName(value: unknown): value is string | undefined {
  return value === undefined || isName(value);
}
