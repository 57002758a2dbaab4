import type { Plan } from '@hawser/contracts/directory';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one table whose `id` is the workspace's. With `sandbox_of` a twin: its name and plan are its workspace's. */
@Entity('workspaces')
export class WorkspaceEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text', { nullable: true }) name!: string | null;
  @Column('text') slug!: string;
  @Column('text', { nullable: true }) plan!: Plan | null;
  @Column('text', { nullable: true }) sandbox_of!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
