import type { DisclosedCredential, GivenCredentials } from './credentials.js';

/** What stands for everything that a credential went into, where secrets are not to be read. */
export const redacted = '[REDACTED]';

/** What the vault said, to be found by id and by name. In an answer that is not plain there is no value in it. */
export interface CredentialIndex {
  readonly plain: boolean;
  readonly byId: ReadonlyMap<string, DisclosedCredential>;
  readonly byName: ReadonlyMap<string, DisclosedCredential>;
  /** What may still be put into the answer. */
  readonly room: PutInRoom;
}

/** Put into one answer, in characters; an answer of more than 8 MiB is not given. */
export const mostPutInAnswer = 4_194_304;

/** Whatever the number of servers, an answer holds so much of values. */
export class PutInRoom {
  private left = mostPutInAnswer;

  /** Whether there was room for so many characters. */
  take(length: number): boolean {
    if (length > this.left) return false;
    this.left -= length;
    return true;
  }
}

export function indexOf(given: GivenCredentials): CredentialIndex {
  const credentials = given.plain
    ? given.credentials
    : given.credentials.map((credential) => ({ ...credential, value: redacted, retryable: false }));
  return {
    plain: given.plain,
    byId: new Map(credentials.map((credential) => [credential.id, credential])),
    byName: new Map(credentials.map((credential) => [credential.name, credential])),
    room: new PutInRoom(),
  };
}
