import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ClientSource = 'given' | 'registered' | 'document';

/**
 * A client of a workspace at a provider or a discovered server. There may be several: what one got, no other can renew.
 * Its secret is among the secrets, by `clientOwner`.
 */
@Entity('oauth_clients')
export class OAuthClientEntity {
  @PrimaryColumn('text') workspace_id!: string;
  @PrimaryColumn('text') provider!: string;
  @PrimaryColumn('text') client_id!: string;
  @Column('text') source!: ClientSource;
  /** As it was registered with: none, client_secret_post or client_secret_basic; null: as the provider has it. */
  @Column('text', { nullable: true }) token_auth_method!: string | null;
  /** That it was registered with; null: whatever those are that its owner registered. */
  @Column('text', { nullable: true }) redirect_uri!: string | null;
  /** From then on it is worth nothing; null: never. RFC 7591, section 3.2.1 */
  @Column('timestamptz', { nullable: true }) secret_expires_at!: Date | null;
  @Column('timestamptz') updated_at!: Date;
}

/** The owner id of a client's secret. Ids of providers have no colon. */
export function clientOwner(provider: string, clientId: string): string {
  return `client:${provider}:${clientId}`;
}
