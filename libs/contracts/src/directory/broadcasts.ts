import { defineBroadcast } from '../contract.js';
import { Id } from '../fields.js';

export class AccessChange {
  @Id({ description: 'the workspace that changed; what was known of its sandbox no longer holds either' })
  workspace_id!: string;
}

/**
 * Something that `authorise` answers has changed in a workspace: a token, member, agent, crew, or the workspace itself.
 * Told before the answer to whoever changed it leaves.
 */
export const accessChanged = defineBroadcast({
  subject: 'hawser.broadcast.directory.access.changed.v1',
  data: AccessChange,
});
