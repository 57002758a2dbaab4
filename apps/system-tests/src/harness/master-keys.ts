import { randomBytes } from 'node:crypto';

/** As HAWSER_MASTER_KEYS has it. */
export function newMasterKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}
