import { defaultPageSize, type CallContext } from '@hawser/contracts';
import type { AuditEntry, AuditPage, AuditQuery } from '@hawser/contracts/directory';
import { listDisclosures } from '@hawser/contracts/vault';
import type { Bus, BusMessage, Subscription } from '@hawser/messaging';

/** The vault's part of the audit log, which a test fills; it can go away and come back. */
export class DisclosuresStandIn {
  readonly entries: AuditEntry[] = [];
  /** How often it was asked. */
  asked = 0;
  private subscription: Subscription | undefined;

  constructor(private readonly bus: Bus) {
    this.comeBack();
  }

  comeBack(): void {
    this.subscription = this.bus.respond(listDisclosures.subject, 'vault', (message) =>
      Promise.resolve(this.answer(message)),
    );
  }

  async goAway(): Promise<void> {
    await this.subscription?.drain();
  }

  private answer({ data, headers }: BusMessage): BusMessage {
    this.asked += 1;
    const { workspaceId } = JSON.parse(headers['hawser-context'] ?? '') as CallContext;
    const query = JSON.parse(Buffer.from(data).toString()) as AuditQuery;
    const page = pageOf(
      this.entries.filter((entry) => entry.workspace_id === workspaceId),
      query,
    );
    return { data: Buffer.from(JSON.stringify(page)), headers: {} };
  }
}

function pageOf(entries: AuditEntry[], query: AuditQuery): AuditPage {
  const { limit = defaultPageSize, cursor, actor } = query;
  const after = cursor === undefined ? [] : (JSON.parse(fromBase64(cursor)) as string[]);
  const found = entries
    .filter(({ actor_id }) => actor === undefined || actor_id === actor)
    .filter((entry) => cursor === undefined || keyOf(entry) < after.join())
    .sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
  const last = found[limit - 1];
  const more = found.length > limit && last !== undefined;
  return {
    entries: found.slice(0, limit),
    next_cursor: more ? Buffer.from(JSON.stringify([last.at, last.id])).toString('base64url') : null,
  };
}

const keyOf = ({ at, id }: AuditEntry): string => `${at},${id}`;
const fromBase64 = (text: string): string => Buffer.from(text, 'base64url').toString();
