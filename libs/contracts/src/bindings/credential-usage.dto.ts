import { Id, Name, NestedList, Strings } from '../fields.js';
import { CredentialUser } from '../vault/credentials.dto.js';

export class NamedCredential {
  @Id() id!: string;
  @Name() name!: string;
}

export class FindCredentialUsers {
  @NestedList(NamedCredential) credentials!: NamedCredential[];
}

/** One row that uses one credential: by its id, by templates, or both. */
export class UsedCredential extends CredentialUser {
  @Id() credential_id!: string;
  @Strings({
    description: 'the fields in which a template names it; empty for a binding that only has its id',
  })
  templates!: string[];
}

/**
 * Of each credential at most 100 bindings that have its id, and 100 rows with templates; of more than a hundred
 * credentials as many of each kind as make 10,000 together.
 */
export class CredentialUsage {
  @NestedList(UsedCredential, { max: 20_000 }) uses!: UsedCredential[];
}
