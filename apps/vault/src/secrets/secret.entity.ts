import { Column, Entity, PrimaryColumn } from 'typeorm';

export const secretFields = ['value', 'refresh_token', 'client_secret', 'code_verifier'] as const;
export type SecretField = (typeof secretFields)[number];

/** One ciphertext. Its owner is a credential, an OAuth client or an OAuth flow. */
@Entity('secrets')
export class SecretEntity {
  @PrimaryColumn('text') workspace_id!: string;
  @PrimaryColumn('text') owner_id!: string;
  @PrimaryColumn('text') field!: SecretField;
  @Column('int') key_version!: number;
  /** Nonce, ciphertext and tag. */
  @Column('bytea') sealed!: Buffer;
}
