import { workspaceOf, type CallContext } from '@hawser/contracts';
import { tenantDeparted, type Departure } from '@hawser/contracts/directory';
import { forgetTenant } from '@hawser/contracts/vault';
import { Consumes, Handles, type EventContext } from '@hawser/messaging';
import { TenantService } from '@hawser/persistence';
import { Controller } from '@nestjs/common';

/** Told twice: directly, so that the deletion's caller sees it done, and by the event, in case that call failed. */
@Controller()
export class TenantHandler {
  constructor(private readonly tenants: TenantService) {}

  @Handles(forgetTenant)
  forget(departure: Departure, context: CallContext): Promise<void> {
    return this.tenants.forget(workspaceOf(context), departure);
  }

  @Consumes(tenantDeparted)
  departed(departure: Departure, event: EventContext): Promise<void> {
    return this.tenants.forgetOnce(event.id, event.workspaceId, departure);
  }
}
