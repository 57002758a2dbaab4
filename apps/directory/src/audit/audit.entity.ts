import type { Actor } from '@hawser/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who did what: names of changed fields, never their values. */
@Entity('audit_log')
export class AuditEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('timestamptz') at!: Date;
  @Column('text') actor_kind!: Actor['kind'];
  @Column('text') actor_id!: string;
  @Column('text', { nullable: true }) actor_user_id!: string | null;
  @Column('text') action!: string;
  @Column('text') target_id!: string;
  @Column('text', { nullable: true }) target_name!: string | null;
  @Column('text', { array: true }) fields!: string[];
  @Column('text') request_id!: string;
}
