import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OAuthServerMetadata } from './oauth-server.js';

/** An authorization server that an MCP server named. Clients and tokens are kept by its issuer. */
@Entity('oauth_servers')
export class OAuthServerEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') issuer!: string;
  @Column('jsonb') metadata!: OAuthServerMetadata;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
