/** As much of a credential as anybody may know who may read the workspace. */
export interface DescribedCredential {
  readonly id: string;
  /** Unique in the workspace. */
  readonly name: string;
  /** `oauth2` is filled by signing in; to the cascade all others are alike. */
  readonly type: string;
  readonly status: 'active' | 'pending' | 'expired' | 'revoked' | 'error';
  /** For a person: why the status is not active. */
  readonly status_reason: string | null;
  /** Origins (RFC 6454) of the only servers that may have it; null: any server. */
  readonly allowed_origins: readonly string[] | null;
}

export interface DisclosedCredential extends DescribedCredential {
  /** The secret itself; null when there is none to give out. */
  readonly value: string | null;
  /** Whether asking again soon may bring a value. */
  readonly retryable: boolean;
}

/**
 * What the vault said of the credentials that were asked for; those that it does not list do not exist. In an answer
 * that is not plain, `[REDACTED]` stands for everything that a credential went into.
 */
export type GivenCredentials =
  | { readonly plain: true; readonly credentials: readonly DisclosedCredential[] }
  | { readonly plain: false; readonly credentials: readonly DescribedCredential[] };

/** Credentials to ask the vault for, each once, in code-unit order: by id for bindings, by name for templates. */
export interface CredentialNeeds {
  readonly ids: string[];
  readonly names: string[];
}
