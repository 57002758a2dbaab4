import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A crew's switch for one tool of one of its servers, and what refreshes have seen of it. A tool without a row is on.
 * `description` is what people read and may write; `seen_description` is the server's own word.
 */
@Entity('tool_states')
export class ToolStateEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') crew_server_id!: string;
  @Column('text') tool_name!: string;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('boolean') enabled!: boolean;
  /** By a refresh; null until the first. */
  @Column('timestamptz', { nullable: true }) seen_at!: Date | null;
  @Column('text', { nullable: true }) seen_description!: string | null;
  /** The last one that a refresh named; null if none did. */
  @Column('text', { nullable: true }) schema_digest!: string | null;
  /** When a refresh saw something else than the one before. */
  @Column('timestamptz', { nullable: true }) changed_at!: Date | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
