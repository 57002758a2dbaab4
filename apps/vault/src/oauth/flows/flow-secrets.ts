import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: nobody guesses one. */
const secretBytes = 32;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export function newState(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** What is kept of a state. */
export function hashOfState(state: string): Buffer {
  return sha256(state);
}

/** RFC 7636, section 4.1: 43 characters. */
export function newCodeVerifier(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** S256: RFC 7636, section 4.2. */
export function codeChallengeOf(codeVerifier: string): string {
  return sha256(codeVerifier).toString('base64url');
}

/** Takes as long for any two texts, whatever they have in common. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}
