import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `owner_id` is the user_id of a member of the workspace, or of the workspace that the sandbox is the twin of. */
@Entity('agents')
export class AgentEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) crew_id!: string | null;
  @Column('text', { nullable: true }) owner_id!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
