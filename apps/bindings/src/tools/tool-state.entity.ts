import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A crew's switch for one tool of one of its servers. A tool without a row is on. */
@Entity('tool_states')
export class ToolStateEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') crew_server_id!: string;
  @Column('text') tool_name!: string;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('boolean') enabled!: boolean;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
