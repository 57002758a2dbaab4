import { eventually } from '@hawser/testing/eventually';
import { connect, headers as natsHeaders, type NatsConnection } from '@nats-io/transport-node';
import { Api } from '../../harness/api.js';
import { Distributed } from '../../harness/distributed.js';
import { drillMessages, drillTimeLimitMs, report } from '../../harness/drill.js';
import { malformed, messages, type Malformed } from '../../harness/malformed.js';
import { contentsOf, runSql } from '../../harness/sql.js';
import { newTenant, type Tenant } from '../../harness/tenant.js';
import { bind, newCrewServer, resolved } from '../../harness/tiers.js';

const callers = 32;
const answerWithinMs = 10_000;

let system: Distributed;
let tenant: Tenant;
let nats: NatsConnection;
beforeAll(async () => {
  system = await Distributed.start();
  nats = await connect({ servers: new URL(system.files.state().nats.url).host });
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  const server = await tenant.newServer();
  await newCrewServer(tenant, { workspace_mcp_server_id: server });
  await bind(tenant, server);
});
afterAll(() => nats.close());

/** Sends it as its kind is sent; the code of the answer, or what became of it otherwise. */
async function send({ subject, kind, headers, body }: Malformed): Promise<string> {
  const told = natsHeaders();
  for (const [name, value] of Object.entries(headers)) told.set(name, value);
  if (kind === 'broadcast') {
    nats.publish(subject, body, { headers: told });
    return 'told';
  }
  const answer = await nats.request(subject, body, { headers: told, timeout: answerWithinMs });
  // JetStream says where it has stored an event, or why it has not.
  if (kind === 'event') return /"seq":[1-9]/.test(answer.string()) ? 'stored' : answer.string();
  return answer.headers?.get('hawser-error') ?? 'ok';
}

/** When all events have been told, and noted in the audit log. */
async function settledContents(): Promise<Record<string, string>> {
  const { url } = system.files.state().postgres;
  await eventually(async () => {
    const [waiting] = await runSql<{ count: string }>(
      url,
      'SELECT (SELECT count(*) FROM directory.outbox) + (SELECT count(*) FROM bindings.outbox) AS count',
    );
    return waiting?.count === '0';
  });
  const { text } = await tenant.owner.get('/api/v1/audit?format=jsonl');
  expect(text).toContain('agent_binding.created');
  return contentsOf(url);
}

it(
  `${drillMessages} malformed messages over every subject change nothing, and no process minds`,
  async () => {
    const pids = system.files.pids();
    const answer = await resolved(tenant);
    const contents = await settledContents();
    const began = performance.now();
    const counts: Record<string, number> = {};
    let turn = 0;
    const caller = async (): Promise<void> => {
      while (turn < drillMessages) {
        const message = malformed(turn++, tenant.id);
        const outcome = `${message.kind}: ${await send(message)}`;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    await nats.flush();
    await eventually(async () => (await dropped()) === counts['event: stored'], 30_000);
    const seconds = (performance.now() - began) / 1000;
    report([
      `${turn} malformed messages over ${messages.length} subjects in ${seconds.toFixed(1)} s`,
      JSON.stringify(counts, null, 2),
    ]);

    const kinds = Object.keys(counts).sort();
    expect(kinds).toEqual([
      'broadcast: told',
      'event: stored',
      'rpc: malformed_message',
      'rpc: service_timeout',
      'rpc: validation_failed',
    ]);
    expect(await contentsOf(system.files.state().postgres.url)).toEqual(contents);
    expect(await resolved(tenant)).toEqual(answer);
    // What comes after them in the same queues is still done.
    await tenant.newServer({ name: 'after-all' });
    await eventually(async () => {
      const { text } = await tenant.owner.get('/api/v1/audit?format=jsonl');
      return text.includes('after-all');
    }, 30_000);
    expect(system.files.pids()).toEqual(pids);
    for (const { url } of system.files.state().processes)
      expect([url, (await fetch(`${url}/readyz`)).status]).toEqual([url, 200]);
    await expectTold();
  },
  drillTimeLimitMs,
);

/** How many events were read, and refused. */
async function dropped(): Promise<number> {
  const lines = [...(await system.files.logs()).values()].flat();
  return lines.filter((line) => line.includes('dropped an event of hawser.events.')).length;
}

/** That the logs say what was dropped, and nothing of a crash. */
async function expectTold(): Promise<void> {
  const logs = await system.files.logs();
  const all = [...logs.values()].flat().join('\n');
  expect(all).toContain('dropped a broadcast of hawser.broadcast.');
  expect(all).not.toMatch(/uncaught|unhandled|TypeError|RangeError|heap/i);
  expect(system.stdout).not.toContain('ended by itself');
}
