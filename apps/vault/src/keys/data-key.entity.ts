import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that a workspace's secrets are sealed with, itself wrapped by a master key. The newest seals, all open. */
@Entity('data_keys')
export class DataKeyEntity {
  @PrimaryColumn('text') workspace_id!: string;
  @PrimaryColumn('int') version!: number;
  @Column('text') master_key_id!: string;
  @Column('bytea') wrapped_key!: Buffer;
  @Column('timestamptz') created_at!: Date;
}
