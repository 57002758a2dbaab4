import { createHash, randomBytes } from 'node:crypto';
import type { TokenMode } from '@hawser/contracts/directory';

const secretBytes = 32;
const prefixLength = 13;

/** `hws_live_` or `hws_test_` and 256 random bits in base64url. */
export function newSecret(mode: TokenMode): string {
  return `hws_${mode}_${randomBytes(secretBytes).toString('base64url')}`;
}

export function isLiveSecret(text: string): boolean {
  return /^hws_live_[A-Za-z0-9_-]{43}$/.test(text);
}

/** SHA-256 in hex. Plain, because 256 random bits need no salt and no slow hash. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The kind and four characters: enough to know a token by, and no help in guessing the rest. */
export function prefixOf(secret: string): string {
  return secret.slice(0, prefixLength);
}
