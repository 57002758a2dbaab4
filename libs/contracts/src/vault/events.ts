import { Id, Name, OneOf, Text } from '../fields.js';
import { credentialStatuses, type CredentialStatus } from './credentials.dto.js';

export class CredentialStatusChange {
  @Id() credential_id!: string;
  @Name() name!: string;
  @OneOf(credentialStatuses) status!: CredentialStatus;
  @Text({ nullable: true, description: 'for a person' }) reason!: string | null;
}
