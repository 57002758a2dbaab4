import { randomUUID } from 'node:crypto';
import type { Role } from '@hawser/contracts';
import { forgetTenant as forgetInBindings } from '@hawser/contracts/bindings';
import {
  authorise,
  createMember,
  createToken,
  createWorkspace,
  type Access,
  type Authorise,
  type Member,
} from '@hawser/contracts/directory';
import { forgetTenant as forgetInVault } from '@hawser/contracts/vault';
import { BusClient, BusServer, InProcessEvents, MemoryHub } from '@hawser/messaging';
import { migrate, OutboxRelay } from '@hawser/persistence';
import { eventually } from '@hawser/testing/eventually';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { DirectoryModule } from '../app.module.js';
import { directoryDatabase } from '../database/database.js';
import { hashOf } from '../tokens/token-secret.js';
import { Caller } from './caller.js';
import { DisclosuresStandIn } from './disclosures-stand-in.js';
import { KeeperStandIn } from './keeper-stand-in.js';

/** The service as it runs in standalone, with stand-ins for the others. */
export class DirectoryHarness {
  private constructor(
    private readonly app: INestMicroservice,
    private readonly client: BusClient,
    readonly events: InProcessEvents,
    readonly bindings: KeeperStandIn,
    readonly vault: KeeperStandIn,
    readonly disclosures: DisclosuresStandIn,
  ) {}

  /** On an empty database. */
  static async start(url: string): Promise<DirectoryHarness> {
    await migrate(directoryDatabase(url));
    const hub = new MemoryHub();
    const events = new InProcessEvents();
    const bus = hub.connect();
    const app = await NestFactory.createMicroservice(
      DirectoryModule.register(directoryDatabase(url), events, bus),
      {
        logger: false,
        strategy: new BusServer({ bus, service: 'directory', events }),
      },
    );
    await app.listen();
    const others = hub.connect();
    const bindings = new KeeperStandIn(others, events, 'bindings', forgetInBindings);
    const vault = new KeeperStandIn(others, events, 'vault', forgetInVault);
    const disclosures = new DisclosuresStandIn(others);
    app.get(OutboxRelay).start();
    return new DirectoryHarness(app, new BusClient(hub.connect()), events, bindings, vault, disclosures);
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  get<T>(type: new (...args: never[]) => T): T {
    return this.app.get(type);
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.get(DataSource).query<Row[]>(sql, parameters);
  }

  authorise(token: string, path: Authorise = {}): Promise<Access> {
    return this.ask({ token_hash: hashOf(token), ...path });
  }

  /** A user of an OIDC issuer, who has no token. */
  authoriseUser(subject: string, path: Authorise = {}): Promise<Access> {
    return this.ask({ subject, ...path });
  }

  ask(request: Authorise): Promise<Access> {
    const gateway = { requestId: randomUUID(), actor: { kind: 'system' as const, id: 'gateway' } };
    return this.client.call(authorise, request, gateway);
  }

  /** Whoever has this token, as the gateway lets them through. */
  async caller(token: string): Promise<Caller> {
    return this.callerOf(await this.authorise(token), token);
  }

  /** A user of an OIDC issuer, in the workspace that they name, or in none. */
  async user(subject: string, workspace?: string): Promise<Caller> {
    return this.callerOf(await this.authoriseUser(subject, workspace === undefined ? {} : { workspace }), '');
  }

  private callerOf({ actor, workspace }: Access, token: string): Caller {
    const place = workspace === null ? {} : { workspaceId: workspace.id };
    return new Caller(this.client, { requestId: randomUUID(), actor, ...place }, token);
  }

  /** The OWNER of a workspace of their own. */
  async owner(name = 'Acme'): Promise<Caller> {
    const founder = await this.user(`usr_${randomUUID()}`);
    const { token } = await founder.call(createWorkspace, { name });
    return this.caller(token ?? '');
  }

  async member(owner: Caller, role: Role): Promise<Member> {
    return owner.call(createMember, { user_id: `usr_${randomUUID()}`, role });
  }

  /** A new member with this role, as a caller. */
  async colleague(owner: Caller, role: Role): Promise<Caller> {
    const { user_id } = await this.member(owner, role);
    const { token } = await owner.call(createToken, { name: role, kind: 'user', user_id });
    return this.caller(token ?? '');
  }

  /** The same user in the sandbox. */
  async sandboxed(owner: Caller): Promise<Caller> {
    const { token } = await owner.call(createToken, { name: 'test', kind: 'user', mode: 'test' });
    return this.caller(token ?? '');
  }

  /** Starts the writes, and lets them all go at the same moment, when each has come as far as its workspace. */
  async atOnce<T>(workspaceIds: string[], writes: (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
    const gate = this.get(DataSource).createQueryRunner();
    await gate.startTransaction();
    await gate.query(`SELECT 1 FROM workspaces WHERE id = ANY($1) FOR UPDATE`, [workspaceIds]);
    const outcomes = Promise.allSettled(writes.map((write) => write()));
    await eventually(async () => (await this.waiting()) >= writes.length);
    await gate.rollbackTransaction();
    await gate.release();
    return outcomes;
  }

  private async waiting(): Promise<number> {
    const [row] = await this.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row?.count ?? 0;
  }
}
