import { ServiceError } from '@hawser/contracts';
import type { Departure } from '@hawser/contracts/directory';
import { Inbox } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { TenantRepository } from './tenant.repository.js';

/** Workspaces, crews and agents belong to `directory`; here is kept only which of them are gone. */
@Injectable()
export class TenantService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly repository: TenantRepository,
  ) {}

  /**
   * Makes sure that what is about to be written for these tenants does not outlive them: a departure at the same
   * moment waits for this transaction and then removes what it wrote.
   * @throws ServiceError not_found when one of them has already gone
   */
  async keepPresent(manager: EntityManager, workspaceId: string, ...ids: string[]): Promise<void> {
    const all = [workspaceId, ...ids];
    await this.repository.holdPresent(manager, all);
    const departed = await this.repository.findDeparted(manager, workspaceId, all);
    if (departed !== undefined)
      throw new ServiceError('not_found', `"${departed}" has been deleted`, { id: departed });
  }

  async forget(workspaceId: string, departure: Departure): Promise<void> {
    await this.dataSource.transaction((manager) => this.remove(manager, workspaceId, departure));
  }

  async forgetOnce(eventId: string, workspaceId: string, departure: Departure): Promise<void> {
    await this.inbox.once(eventId, (manager) => this.remove(manager, workspaceId, departure));
  }

  private async remove(manager: EntityManager, workspaceId: string, departure: Departure): Promise<void> {
    await this.repository.holdDeparting(manager, workspaceId, departure.id);
    await this.repository.noteDeparture(manager, workspaceId, departure.id);
    await this.repository.deleteAllOf(manager, workspaceId, departure);
  }
}
