import type { DisclosedCredential, GivenCredentials } from './credentials.js';

/** What stands for everything that a credential went into, where secrets are not to be read. */
export const redacted = '[REDACTED]';

/** What the vault said, to be found by id and by name. In an answer that is not plain there is no value in it. */
export interface CredentialIndex {
  readonly plain: boolean;
  readonly byId: ReadonlyMap<string, DisclosedCredential>;
  readonly byName: ReadonlyMap<string, DisclosedCredential>;
}

export function indexOf(given: GivenCredentials): CredentialIndex {
  const credentials = given.plain
    ? given.credentials
    : given.credentials.map((credential) => ({ ...credential, value: redacted, retryable: false }));
  return {
    plain: given.plain,
    byId: new Map(credentials.map((credential) => [credential.id, credential])),
    byName: new Map(credentials.map((credential) => [credential.name, credential])),
  };
}
