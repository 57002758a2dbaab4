import { newCredential } from './credentials.js';
import type { Tenant } from './tenant.js';
import { unique } from './tenant.js';
import { bind, newCrewServer } from './tiers.js';

/** What a path can name. */
export type Thing =
  | 'workspace'
  | 'crew'
  | 'agent'
  | 'server'
  | 'crewServer'
  | 'stdioServer'
  | 'stdioCrewServer'
  | 'binding'
  | 'member'
  | 'token'
  | 'credential'
  | 'provider'
  | 'tool';

// Can be tried out without a network.
const stdio = { transport: 'stdio', command: 'npx', endpoint: undefined };

const things: Record<Thing, (place: Place, tenant: Tenant) => Promise<string>> = {
  workspace: (_, { id }) => Promise.resolve(id),
  crew: (_, tenant) => tenant.newCrew(),
  agent: async (place, tenant) => tenant.newAgent({ crew_id: await place.id('crew') }),
  server: (_, tenant) => tenant.newServer(),
  crewServer: async (place, tenant) => newCrewServer(tenant, {}, await place.id('crew')),
  stdioServer: (_, tenant) => tenant.newServer(stdio),
  stdioCrewServer: async (place, tenant) => newCrewServer(tenant, stdio, await place.id('crew')),
  binding: async (place, tenant) => bind(tenant, await place.id('server'), {}, await place.id('agent')),
  member: async (_, tenant) => (await tenant.member('VIEWER')).id,
  token: async (_, tenant) => (await tenant.token({ kind: 'service', role: 'VIEWER' })).id,
  credential: async (_, tenant) => (await newCredential(tenant)).id,
  // Ships with Hawser: every workspace's.
  provider: () => Promise.resolve('github'),
  tool: () => Promise.resolve(unique('tool')),
};

/** Things of a workspace that belong together, each made when first asked for. */
export class Place {
  private readonly made = new Map<Thing, Promise<string>>();

  constructor(readonly tenant: Tenant) {}

  id(thing: Thing): Promise<string> {
    const known = this.made.get(thing) ?? things[thing](this, this.tenant);
    this.made.set(thing, known);
    return known;
  }

  /** `/crews/{crew}` with this place's ids, or those of `instead`. */
  async fill(path: string, instead: Partial<Record<Thing, string>> = {}): Promise<string> {
    let filled = path;
    for (const thing of thingsIn(path)) {
      filled = filled.replace(`{${thing}}`, instead[thing] ?? (await this.id(thing)));
    }
    return filled;
  }
}

export function thingsIn(path: string): Thing[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as Thing);
}
