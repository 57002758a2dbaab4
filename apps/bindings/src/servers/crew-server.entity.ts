import type { Transport } from '@hawser/contracts/bindings';
import { Column, Entity } from 'typeorm';
import { ServerColumns } from './server.columns.js';

/** With `workspace_mcp_server_id` an override, in which null inherits; without it a server of the crew's own. */
@Entity('crew_servers')
export class CrewServerEntity extends ServerColumns {
  @Column('text') crew_id!: string;
  @Column('text', { nullable: true }) workspace_mcp_server_id!: string | null;
  @Column('text', { nullable: true }) display_name!: string | null;
  @Column('text', { nullable: true }) transport!: Transport | null;
}
