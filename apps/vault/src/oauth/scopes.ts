import { ServiceError } from '@hawser/contracts';

/** RFC 6749 section 3.3, and no longer than a person would read. */
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
export const maxScopes = 100;

/** @throws ServiceError validation_failed */
export function requireScopes(scopes: readonly string[]): void {
  if (scopes.length > maxScopes)
    throw ServiceError.invalid('scopes', `must be at most ${maxScopes}`, scopes.length);
  const refused = scopes.find((scope) => !scopeToken.test(scope));
  if (refused !== undefined)
    throw ServiceError.invalid(
      'scopes',
      'must each be 1 to 256 characters of ASCII, none of them a blank, a quotation mark or a backslash',
      refused,
    );
}
