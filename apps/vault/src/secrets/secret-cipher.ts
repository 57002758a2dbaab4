import type { KeyObject } from 'node:crypto';
import { open, seal } from '../keys/envelope.js';
import type { SecretEntity } from './secret.entity.js';

/** Where a ciphertext is kept. It opens nowhere else. */
export type SecretPlace = Pick<SecretEntity, 'workspace_id' | 'owner_id' | 'field' | 'key_version'>;

export function sealSecret(dataKey: Buffer, place: SecretPlace, value: string): Buffer {
  const plain = Buffer.from(value, 'utf8');
  try {
    return seal(dataKey, plain, boundTo(place));
  } finally {
    plain.fill(0);
  }
}

/** @throws Error it was not sealed with this key for this place, or has been changed since */
export function openSecret(dataKey: Buffer | KeyObject, place: SecretPlace, sealed: Buffer): string {
  const plain = open(dataKey, sealed, boundTo(place));
  try {
    return plain.toString('utf8');
  } finally {
    plain.fill(0);
  }
}

/** A JSON list: no two places come to the same bytes. */
function boundTo({ workspace_id, owner_id, field, key_version }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify(['hawser.vault.secret.v1', workspace_id, owner_id, field, key_version]));
}
