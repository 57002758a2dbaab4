import type { Departure } from '@hawser/contracts/directory';
import type { EntityManager } from 'typeorm';

/** What a service keeps for workspaces, crews and agents. */
export abstract class TenantRows {
  /** Deletes all that hangs on what has departed from the workspace: on the workspace itself, if it is that. */
  abstract deleteAllOf(manager: EntityManager, workspaceId: string, departure: Departure): Promise<void>;
}
