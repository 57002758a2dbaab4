import type { Transport } from '@hawser/contracts/bindings';
import { Column, Entity } from 'typeorm';
import { ServerColumns } from './server.columns.js';

@Entity('workspace_servers')
export class WorkspaceServerEntity extends ServerColumns {
  @Column('text') display_name!: string;
  @Column('text') transport!: Transport;
}
