import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('crews')
export class CrewEntity {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') name!: string;
  @Column('text') slug!: string;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
