import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sign-in that has begun. Its code verifier is among the secrets, by its id. */
@Entity('oauth_flows')
export class OAuthFlowEntity {
  /** SHA-256: whoever reads the table cannot take part in the flow. */
  @PrimaryColumn('bytea') state_hash!: Buffer;
  @Column('text') workspace_id!: string;
  @Column('text') id!: string;
  @Column('text') credential_id!: string;
  @Column('text') provider!: string;
  /** By which it was begun: a code is good for no other (RFC 6749, section 4.1.3). */
  @Column('text') client_id!: string;
  /** The user, or the token where there is none. */
  @Column('text') started_by!: string;
  @Column('text') redirect_uri!: string;
  /** `callback`: the redirect URI is Hawser's own; `exchange`: it is the caller's, who brings the code himself. */
  @Column('text') completed_by!: 'callback' | 'exchange';
  @Column('text', { nullable: true }) return_to!: string | null;
  /** RFC 8707; the same in both of its requests. */
  @Column('text', { nullable: true }) resource!: string | null;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') expires_at!: Date;
  @Column('timestamptz', { nullable: true }) consumed_at!: Date | null;
}
