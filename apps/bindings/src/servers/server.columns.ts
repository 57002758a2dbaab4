import type { Exposure } from '@hawser/contracts/bindings';
import { Column, PrimaryColumn } from 'typeorm';

/** What the server tables of both tiers have in common. */
export abstract class ServerColumns {
  @PrimaryColumn('text') id!: string;
  @Column('text') workspace_id!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) endpoint!: string | null;
  @Column('text', { nullable: true }) command!: string | null;
  @Column('text', { nullable: true }) args_json!: string | null;
  @Column('text', { nullable: true }) env_json!: string | null;
  @Column('text', { nullable: true }) config_json!: string | null;
  @Column('text', { nullable: true }) headers_json!: string | null;
  @Column('text', { nullable: true }) icon!: string | null;
  @Column('boolean') enabled!: boolean;
  @Column('text') exposure!: Exposure;
  @Column('text', { nullable: true }) managed_by!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz') updated_at!: Date;
}
