import { ServiceError } from '@hawser/contracts';
import type { Departure } from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Inbox } from '../inbox.js';
import { DepartedTenantRepository } from './departed-tenant.repository.js';
import { TenantRows } from './tenant-rows.js';

/** Workspaces, crews and agents belong to `directory`; a service that keeps rows for them keeps here which are gone. */
@Injectable()
export class TenantService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly departed: DepartedTenantRepository,
    private readonly rows: TenantRows,
  ) {}

  /**
   * Makes sure that what is about to be written for these tenants does not outlive them: a departure at the same
   * moment waits for this transaction and then removes what it wrote.
   * @throws ServiceError not_found when one of them has already gone
   */
  async keepPresent(manager: EntityManager, workspaceId: string, ...ids: string[]): Promise<void> {
    const all = [workspaceId, ...ids];
    await this.departed.holdPresent(manager, all);
    const departed = await this.departed.findDeparted(manager, workspaceId, all);
    if (departed !== undefined)
      throw new ServiceError('not_found', `"${departed}" has been deleted`, { id: departed });
  }

  /** Notes the departure and removes what hangs on it; twice is the same. */
  async forget(workspaceId: string, departure: Departure): Promise<void> {
    await this.dataSource.transaction((manager) => this.remove(manager, workspaceId, departure));
  }

  /** The same, unless the event was handled before. */
  async forgetOnce(eventId: string, workspaceId: string, departure: Departure): Promise<void> {
    await this.inbox.once(eventId, (manager) => this.remove(manager, workspaceId, departure));
  }

  private async remove(manager: EntityManager, workspaceId: string, departure: Departure): Promise<void> {
    await this.departed.holdDeparting(manager, workspaceId, departure.id);
    await this.departed.noteDeparture(manager, workspaceId, departure.id);
    await this.rows.deleteAllOf(manager, workspaceId, departure);
  }
}
