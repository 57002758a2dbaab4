import { Flag, Id, Name, Nested, NestedList, OneOf, Strings, Text, Timestamp } from '../fields.js';
import {
  credentialStatuses,
  secretTypes,
  type CredentialStatus,
  type SecretType,
} from './credentials.dto.js';

/** Credentials, each by its id or by its name: what bindings say, and what templates say. */
export class CredentialsAsked {
  @Strings() ids!: string[];
  @Strings() names!: string[];
}

/** As much of a credential as anybody who may read the workspace may know. */
export class CredentialSummary {
  @Id() id!: string;
  @Name() name!: string;
  @OneOf(secretTypes) type!: SecretType;
  @OneOf(credentialStatuses) status!: CredentialStatus;
  @Text({ nullable: true }) status_reason!: string | null;
  @Strings({ nullable: true }) allowed_origins!: string[] | null;
  @Timestamp({ nullable: true }) expires_at!: string | null;
}

/** Those that there are; who asks finds out which are missing. */
export class CredentialSummaries {
  @NestedList(CredentialSummary, { max: 5_000 }) credentials!: CredentialSummary[];
}

export const disclosureSubjects = ['agent', 'server'] as const;
export type DisclosureSubjectKind = (typeof disclosureSubjects)[number];

export class DisclosureSubject {
  @OneOf(disclosureSubjects) kind!: DisclosureSubjectKind;
  @Id() id!: string;
}

export class DiscloseCredentials extends CredentialsAsked {
  @Nested(DisclosureSubject, { description: 'what the values are for; the audit log names it' })
  subject!: DisclosureSubject;
}

export class DisclosedCredential extends CredentialSummary {
  @Text({
    nullable: true,
    max: 65_536,
    secret: true,
    description: 'null when there is none to give out: the status and its reason say why',
  })
  value!: string | null;

  @Flag({ description: 'whether asking again soon may bring a value' }) retryable!: boolean;
}

export class DisclosedCredentials {
  @NestedList(DisclosedCredential, { max: 5_000 }) credentials!: DisclosedCredential[];
}

/** The one action of the vault's part of the audit log. */
export const credentialsDisclosed = 'credentials.disclosed';
