import type { CallContext } from '@hawser/contracts';
import { accessChanged, authorise, type Access, type Authorise } from '@hawser/contracts/directory';
import { Broadcasts, BusClient } from '@hawser/messaging';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';

const keptForMs = 5_000;
const mostEntries = 10_000;

const lookups = new Counter({
  name: 'hawser_access_lookups_total',
  help: 'How often it was asked who is calling: answered from memory (hit) or by directory (miss)',
  labelNames: ['outcome'] as const,
});
const hits = lookups.labels('hit');
const misses = lookups.labels('miss');

interface Entry {
  access: Access;
  untilMs: number;
}

/** What was told to have changed while `directory` was being asked. */
interface Asking {
  changed: Set<string>;
  outage: boolean;
}

/**
 * Who is calling, remembered for a moment. A change shows in the first request after it all the same;
 * docs/decisions/0011 says how.
 */
@Injectable()
export class AccessCache implements OnModuleInit {
  /** In the order in which they were put in. */
  private readonly entries = new Map<string, Entry>();
  private readonly asking = new Set<Asking>();

  constructor(
    private readonly bus: BusClient,
    private readonly broadcasts: Broadcasts,
  ) {}

  onModuleInit(): void {
    this.broadcasts.listen(accessChanged, ({ workspace_id }) => this.forget(workspace_id));
    // What was told meanwhile has not been heard.
    this.broadcasts.onOutage(() => this.forgetAll());
  }

  /** @throws ServiceError as `authorise` */
  async find(question: Authorise, context: () => CallContext): Promise<Access> {
    const key = keyOf(question);
    if (this.entries.has(key) && (await this.isCurrent())) {
      const entry = this.entries.get(key);
      if (entry !== undefined && Date.now() < entry.untilMs) {
        hits.inc();
        return entry.access;
      }
    }
    misses.inc();
    return this.ask(key, question, context());
  }

  /** After this, whatever had changed before the request came has been forgotten. */
  private async isCurrent(): Promise<boolean> {
    try {
      await this.broadcasts.barrier();
      return true;
    } catch {
      return false;
    }
  }

  private async ask(key: string, question: Authorise, context: CallContext): Promise<Access> {
    const asking: Asking = { changed: new Set(), outage: false };
    this.asking.add(asking);
    try {
      const access = await this.bus.call(authorise, question, context);
      if (!asking.outage && !idsOf(access).some((id) => asking.changed.has(id))) this.keep(key, access);
      return access;
    } finally {
      this.asking.delete(asking);
    }
  }

  private keep(key: string, access: Access): void {
    const expiresMs = access.expires_at === null ? Infinity : Date.parse(access.expires_at);
    this.entries.delete(key);
    this.entries.set(key, { access, untilMs: Math.min(Date.now() + keptForMs, expiresMs) });
    const [oldest] = this.entries.keys();
    if (this.entries.size > mostEntries && oldest !== undefined) this.entries.delete(oldest);
  }

  private forget(workspaceId: string): void {
    for (const asking of this.asking) asking.changed.add(workspaceId);
    for (const [key, { access }] of this.entries) {
      if (idsOf(access).includes(workspaceId)) this.entries.delete(key);
    }
  }

  private forgetAll(): void {
    for (const asking of this.asking) asking.outage = true;
    this.entries.clear();
  }
}

function keyOf({ token_hash, subject, workspace, agent_id, crew_id }: Authorise): string {
  return JSON.stringify([token_hash, subject, workspace, agent_id, crew_id]);
}

/** The workspaces whose changes show in the answer. */
function idsOf({ workspace }: Access): string[] {
  return [workspace?.id, workspace?.sandbox_of].filter((id) => typeof id === 'string');
}
