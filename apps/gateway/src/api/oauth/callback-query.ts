import { isKeepable } from '@hawser/contracts';
import type { OAuthCallback } from '@hawser/contracts/vault';

const names = ['code', 'state', 'iss', 'error', 'error_description'] as const;
/** As long as the contract lets them be. */
const maxLength = 8_192;

/**
 * What a provider sent back by way of the browser, as far as it can be passed on. Unlike elsewhere, nothing is refused:
 * a person is looking at the answer, and the state alone says which sign-in failed. So what is odd counts as left out,
 * and then the code does too: no parameter may come twice (RFC 6749, section 3.1), and which one to believe is not ours
 * to guess.
 */
export function readCallback(query: Readonly<Record<string, unknown>>): OAuthCallback {
  const callback: OAuthCallback = {};
  let isOdd = false;
  for (const name of names) {
    const value = query[name];
    // One without a value is as none, by the same section.
    if (value === undefined || value === '') continue;
    if (isFit(value)) callback[name] = value;
    else isOdd = true;
  }
  if (isOdd) delete callback.code;
  return callback;
}

function isFit(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxLength && isKeepable(value);
}
