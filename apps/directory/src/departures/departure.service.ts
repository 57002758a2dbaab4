import type { CallContext } from '@hawser/contracts';
import { forgetTenant as forgetInBindings } from '@hawser/contracts/bindings';
import { tenantDeparted, type Departure } from '@hawser/contracts/directory';
import { forgetTenant as forgetInVault } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { ChangeService, type Change } from '../changes/change.service.js';
import type { Hold } from '../workspaces/workspace.repository.js';

/** What goes, and the workspace that it goes from: itself, if it is one. */
export interface Departed extends Departure {
  workspaceId: string;
}

/** Those that keep rows for tenants. */
const keepers = { bindings: forgetInBindings, vault: forgetInVault };

/** Deletes what others hang their rows on, and sees to it that they remove them. */
@Injectable()
export class DepartureService {
  private readonly log = new Logger(DepartureService.name);

  constructor(
    private readonly changes: ChangeService,
    private readonly bus: BusClient,
  ) {}

  /**
   * Runs `remove`, which answers what it deleted. The others are told twice: directly, so that whoever asked sees
   * it done everywhere, and by an event of the same transaction, in case that call fails.
   */
  async run(
    context: CallContext,
    remove: (change: Change) => Promise<Departed[]>,
    hold?: Hold,
  ): Promise<void> {
    const departed = await this.changes.run(
      context,
      async (change) => {
        const tenants = await remove(change);
        for (const { workspaceId, kind, id } of tenants) {
          await change.transaction.emit(tenantDeparted, { kind, id }, workspaceId);
        }
        return tenants;
      },
      hold,
    );
    const services = Object.keys(keepers) as (keyof typeof keepers)[];
    await Promise.all(
      departed.flatMap((tenant) => services.map((service) => this.tell(context, service, tenant))),
    );
  }

  /** All are told at once, so that none waits for another that is away. */
  private async tell(
    context: CallContext,
    service: keyof typeof keepers,
    { workspaceId, kind, id }: Departed,
  ): Promise<void> {
    try {
      await this.bus.call(keepers[service], { kind, id }, { ...context, workspaceId });
    } catch (error) {
      this.log.warn(
        `${service} could not be told that ${kind} ${id} is deleted; the event will: ${String(error)}`,
      );
    }
  }
}
