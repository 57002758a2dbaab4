import type { CredentialType } from '@hawser/contracts/bindings';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Binds exactly one of a workspace server and a crew server; the database holds that. */
@Entity('agent_bindings')
export class AgentBindingEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') agent_id!: string;
  @Column('text', { nullable: true }) workspace_server_id!: string | null;
  @Column('text', { nullable: true }) crew_server_id!: string | null;
  @Column('text', { nullable: true }) credential_id!: string | null;
  @Column('text') cred_type!: CredentialType;
  @Column('text', { nullable: true }) cred_header!: string | null;
  @Column('text', { nullable: true }) env_var_name!: string | null;
  @Column('boolean') enabled!: boolean;
  @Column('text', { nullable: true }) config_override_json!: string | null;
  @Column('text', { nullable: true }) managed_by!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
