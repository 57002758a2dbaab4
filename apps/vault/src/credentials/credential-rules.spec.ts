import { ServiceError, type Role } from '@hawser/contracts';
import type { CreateCredential, PatchCredential, SecretType } from '@hawser/contracts/vault';
import { readExpiry, requireCreatable, requireMayOpenUp, requirePatchable } from './credential-rules.js';
import { newCredential } from './new-credential.js';

const later = '2999-01-01T00:00:00Z';

/** The message for the one field that is refused; undefined when all is well. */
function refusal(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'validation_failed') return error.message;
    throw error;
  }
}

const creating = (fields: Partial<CreateCredential>): string | undefined =>
  refusal(() => requireCreatable({ name: 'github', type: 'bearer', value: 'secret-value', ...fields }));
const patching = (type: SecretType, patch: PatchCredential): string | undefined =>
  refusal(() => requirePatchable(type, patch));

describe('creating', () => {
  it.each<[SecretType, string]>([
    ['api_key', 'secret value'],
    ['bearer', 'secret-value'],
    ['basic', 'user:pass:word'],
    ['basic', ':'],
    ['secret', '-----BEGIN KEY-----\nsecret-value\n-----END KEY-----\n'],
  ])('takes a value of %s', (type, value) => {
    expect(creating({ type, value, expires_at: later })).toBeUndefined();
  });

  it('takes an oauth2 credential without a value', () => {
    expect(creating({ type: 'oauth2', value: undefined })).toBeUndefined();
  });

  it.each<[string, Partial<CreateCredential>, string]>([
    ['no value', { value: undefined }, 'value is required for type bearer'],
    [
      'a value for oauth2',
      { type: 'oauth2' },
      'value is not taken for type oauth2; leave it out, then sign in with POST /api/v1/oauth/initiate and its id',
    ],
    [
      'an expiry for oauth2',
      { type: 'oauth2', value: undefined, expires_at: later },
      `expires_at cannot be set for type oauth2: the provider says how long its tokens live; leave it out (it is "${later}")`,
    ],
    [
      'a basic value without a colon',
      { type: 'basic' },
      'value must be of the form user:password for type basic; it has no colon',
    ],
    [
      'a line end in what is sent in a header',
      { value: 'secret-value\r\nX-Admin: yes' },
      'value must have no line ends or other control characters for type bearer, which is sent in a header',
    ],
  ])('refuses %s, and does not repeat the value', (_, fields, message) => {
    expect(creating(fields)).toBe(message);
    expect(message).not.toContain('secret-value');
  });
});

describe('patching', () => {
  it.each<[SecretType, PatchCredential]>([
    ['bearer', { value: 'other' }],
    ['oauth2', { name: 'other' }],
    ['oauth2', { allowed_origins: null }],
    ['secret', { expires_at: null }],
  ])('takes for %s %j', (type, patch) => {
    expect(patching(type, patch)).toBeUndefined();
  });

  it.each<[string, SecretType, PatchCredential, string]>([
    [
      'nothing',
      'bearer',
      {},
      'body has no fields to update; give at least one of name, value, allowed_origins, expires_at (it is {})',
    ],
    [
      'a value of oauth2',
      'oauth2',
      { value: 'secret-value' },
      'value cannot be set for type oauth2; to fill it, sign in with POST /api/v1/oauth/initiate and its id',
    ],
    [
      'an expiry of oauth2, null too',
      'oauth2',
      { expires_at: null },
      'expires_at cannot be set for type oauth2: the provider says how long its tokens live; leave it out (it is null)',
    ],
    [
      'a basic value without a colon',
      'basic',
      { value: 'secret-value' },
      'value must be of the form user:password for type basic; it has no colon',
    ],
  ])('refuses %s', (_, type, patch, message) => {
    expect(patching(type, patch)).toBe(message);
  });
});

it('reads an expiry in the future, or none', () => {
  expect(readExpiry('2999-01-01T00:00:00')).toEqual(new Date(later));
  expect(readExpiry(null)).toBeNull();
  expect(readExpiry(undefined)).toBeNull();
});

it('refuses an expiry that is past', () => {
  expect(refusal(() => readExpiry('2001-01-01'))).toBe(
    'expires_at must be in the future (it is "2001-01-01")',
  );
});

describe('letting a value go elsewhere', () => {
  const [here, there] = ['https://here.example', 'https://there.example'];
  const kept = [here, there];
  const codeFor = (role: Role, allowed_origins: string[] | null, patch: PatchCredential): string => {
    const actor = { kind: 'user' as const, id: 'tok_1', user_id: 'usr_1', role };
    const row = newCredential({ workspace_id: 'ws_1', name: 'github', type: 'bearer', allowed_origins });
    try {
      requireMayOpenUp(actor, row, patch);
      return 'allowed';
    } catch (error) {
      return (error as ServiceError).code;
    }
  };

  it.each<[string, Role, string[] | null, PatchCredential, string]>([
    ['by an OWNER', 'OWNER', kept, { allowed_origins: ['https://else.example'] }, 'allowed'],
    ['by an ADMIN', 'ADMIN', kept, { allowed_origins: null }, 'allowed'],
    ['by a MANAGER', 'MANAGER', kept, { allowed_origins: [here, 'https://else.example'] }, 'forbidden'],
    ['everywhere, by a MANAGER', 'MANAGER', kept, { allowed_origins: null }, 'forbidden'],
    [
      'by a MANAGER who gives another value',
      'MANAGER',
      kept,
      { allowed_origins: null, value: 'x' },
      'allowed',
    ],
    ['no more, by a MANAGER', 'MANAGER', kept, { allowed_origins: [there] }, 'allowed'],
    ['no more than before, by a MANAGER', 'MANAGER', kept, { allowed_origins: [there, here] }, 'allowed'],
    ['to some only, by a MANAGER', 'MANAGER', null, { allowed_origins: [here] }, 'allowed'],
    ['not at all, by a MANAGER', 'MANAGER', kept, { name: 'other' }, 'allowed'],
  ])('%s', (_, role, before, patch, expected) => {
    expect(codeFor(role, before, patch)).toBe(expected);
  });
});
