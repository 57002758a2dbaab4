import type { CredentialStatus, SecretType } from '@hawser/contracts/vault';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** All but the secrets themselves. */
@Entity('credentials')
export class CredentialEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') name!: string;
  @Column('text') type!: SecretType;
  @Column('text') status!: CredentialStatus;
  @Column('text', { nullable: true }) status_reason!: string | null;
  /** Of oauth2: a provider that ships with Hawser, or a discovered authorization server (`oas_…`). */
  @Column('text', { nullable: true }) provider!: string | null;
  /** Of oauth2: the client that its tokens were given to, and that alone can renew them (RFC 6749, section 6). */
  @Column('text', { nullable: true }) client_id!: string | null;
  /** What the tokens are for, RFC 8707. */
  @Column('text', { nullable: true }) resource!: string | null;
  @Column('text', { array: true }) scopes!: string[];
  @Column('text', { array: true, nullable: true }) allowed_origins!: string[] | null;
  @Column('timestamptz', { nullable: true }) expires_at!: Date | null;
  /** From then on it is renewed before it is given out. */
  @Column('timestamptz', { nullable: true }) stale_at!: Date | null;
  /** From then on the worker renews it: `stale_at`, or somewhat earlier. */
  @Column('timestamptz', { nullable: true }) refresh_at!: Date | null;
  /** After a failure: until then nobody tries. */
  @Column('timestamptz', { nullable: true }) retry_at!: Date | null;
  @Column('int') refresh_failures!: number;
  /** Grows with every new value; a renewal is stored only over the version that it began with. */
  @Column('int') version!: number;
  /** Who began the flow that made it: that user may begin another one for it. */
  @Column('text', { nullable: true }) made_by!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
