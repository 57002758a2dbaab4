import type { CredentialType } from './rows.js';
import type { TemplateField } from './template-places.js';

/** RFC 9110 section 5.5: visible ASCII, blanks, tabs and Latin-1. */
const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 7617 section 2: neither the user's name nor the password has one. */
const controlCharacter = /\p{Cc}/u;

/** Why a secret cannot go into a field, as the end of a sentence that begins with the credential; null if it can. */
export function whyUnsendable(field: TemplateField, secret: string): string | null {
  switch (field) {
    case 'headers':
      return headerText.test(secret)
        ? null
        : 'holds a character that no header may have (RFC 9110), such as a line end: store it again without';
    case 'args_json':
    case 'env_json':
      return secret.includes('\0')
        ? 'holds a NUL, which no argument or variable can have: store it again without'
        : null;
    case 'config_json':
      return null;
  }
}

/** The same of a secret that a binding sends in a header. */
export function whyUnsendableAs(type: CredentialType, secret: string): string | null {
  if (type !== 'basic') return whyUnsendable('headers', secret);
  if (!secret.includes(':')) {
    return 'has no colon, and "basic" sends a user name and a password: store it again as user:password';
  }
  return controlCharacter.test(secret)
    ? 'holds a control character, which "basic" cannot send (RFC 7617): store it again without'
    : null;
}
