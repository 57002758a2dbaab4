import { ServiceError } from '@hawser/contracts';
import type { EntityManager } from 'typeorm';
import type { CredentialEntity } from './credential.entity.js';
import type { CredentialRepository } from './credential.repository.js';

export const maxNameLength = 64;
const namesAtOnce = 50;

/** What to do where another credential has the name; to number it is for names that nobody asked for. */
export type IfTaken = 'refuse' | 'number';

/**
 * Inserts the row under its name, or under the first free one of `github-2`, `github-3` …
 * @param avoided of the name and the `numberedNames` of it those that are not to be had; no others are tried then
 * @throws ServiceError name_taken; forbidden: it is free, and to be avoided
 */
export async function insertNamed(
  credentials: CredentialRepository,
  manager: EntityManager,
  row: CredentialEntity,
  ifTaken: IfTaken,
  avoided?: readonly string[],
): Promise<void> {
  const wanted = row.name;
  const isAvoided = avoided?.includes(wanted) === true;
  if (!isAvoided && (await credentials.insertUnlessTaken(manager, row))) return;
  if (ifTaken === 'refuse') {
    const taken = await credentials.takenNames(manager, row.workspace_id, [wanted]);
    throw isAvoided && taken.length === 0 ? nameCalledFor(wanted) : nameTaken(wanted);
  }
  for (let first = 2; first === 2 || avoided === undefined; first += namesAtOnce) {
    const names = numberedNames(wanted, first);
    const taken = await credentials.takenNames(manager, row.workspace_id, names);
    for (const free of names.filter((name) => !taken.includes(name) && avoided?.includes(name) !== true)) {
      row.name = free;
      if (await credentials.insertUnlessTaken(manager, row)) return;
    }
  }
  throw nameTaken(wanted);
}

function nameCalledFor(name: string): ServiceError {
  return new ServiceError(
    'forbidden',
    `templates of this workspace call for a credential named "${name}": choose another name, or ask an OWNER, ADMIN or MANAGER to sign in`,
  );
}

/** As many as are looked at together. */
export function numberedNames(name: string, first = 2): string[] {
  return Array.from({ length: namesAtOnce }, (_, index) => numbered(name, first + index));
}

export function nameTaken(name: string): ServiceError {
  return new ServiceError(
    'name_taken',
    `this workspace has a credential named "${name}" already; choose another name or change that one`,
    { field: 'name', value: name },
  );
}

function numbered(name: string, number: number): string {
  const suffix = `-${number}`;
  return `${name.slice(0, maxNameLength - suffix.length)}${suffix}`;
}
