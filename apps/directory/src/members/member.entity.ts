import type { Role } from '@hawser/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('members')
export class MemberEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') user_id!: string;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('text') role!: Role;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
