import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../../harness/api.js';
import { Distributed } from '../../harness/distributed.js';
import { drillRate, drillSeconds, drillTimeLimitMs, report } from '../../harness/drill.js';
import type { Ask } from '../../harness/kept-connections.js';
import { isGood, Load, outcomes } from '../../harness/load.js';
import { newTenant, unique, type Tenant } from '../../harness/tenant.js';

/** Of nine processes, one after the other. */
const restartWithinMs = 120_000;

let system: Distributed;
let tenant: Tenant;
beforeAll(async () => {
  system = await Distributed.start();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});

/** Reads and writes of both services. What creates something has a key, so that it may be sent twice. */
function mixed(turn: number): Ask {
  const agent = `/api/v1/agents/${tenant.agentId}`;
  const server = { name: unique('server'), endpoint: 'https://mcp.example.com/mcp' };
  const headers = { 'idempotency-key': unique('once') };
  const asks: Ask[] = [
    { what: 'resolved', method: 'GET', path: `${agent}/integrations/resolved` },
    { what: 'create server', method: 'POST', path: '/api/v1/integrations', body: server, headers },
    { what: 'agent', method: 'GET', path: agent },
    { what: 'update agent', method: 'PATCH', path: agent, body: { name: `Agent ${turn}` } },
    { what: 'resolved', method: 'GET', path: `${agent}/integrations/resolved` },
  ];
  return asks[turn % asks.length] as Ask;
}

/**
 * Failed is every request that was not answered with success in the end. A gateway keeps its port, so for the second
 * that it takes to start it refuses connections, and for a moment says that it is not ready: then the caller uses the
 * other gateway, once, as a load balancer would.
 */
it(
  'every process is restarted, one after the other, under constant load, and no request fails',
  async () => {
    const before = system.files.pids();
    const load = new Load(tenant.owner, drillRate, mixed);
    await delay(1_000);
    let rounds = 0;
    const endAt = Date.now() + drillSeconds * 1000;
    while (rounds === 0 || Date.now() < endAt) {
      rounds += 1;
      system.process.kill('SIGUSR2');
      await system.saidTimes(/All processes are restarted/g, rounds, restartWithinMs);
    }
    await delay(1_000);
    const calls = await load.stop();

    const after = system.files.pids();
    for (const [name, pid] of before) {
      if (name === 'nats' || name === 'postgres') expect(after.get(name)).toBe(pid);
      else expect(after.get(name)).not.toBe(pid);
    }
    const failed = calls.filter((call) => !isGood(call));
    const cutOff = calls.filter(({ moved }) => moved === 'cut off');
    const [slowest] = calls.toSorted((one, other) => other.tookMs - one.tookMs);
    report([
      `rolling restart: ${rounds} of every process, ${calls.length} requests at ${drillRate} a second, ` +
        `${failed.length} failed, the longest took ${slowest?.tookMs} ms (${slowest?.what})`,
      JSON.stringify(outcomes(calls), null, 2),
    ]);
    expect(outcomes(failed)).toEqual({});
    // A connection that the kernel has taken and the gateway has not can be cut off; no program can help that.
    expect(cutOff.length).toBeLessThanOrEqual(rounds);
    // As many were sent as should have been: the load did not wait for the system.
    expect(calls.length).toBeGreaterThan(0.9 * drillRate * drillSeconds);
  },
  drillTimeLimitMs + restartWithinMs,
);
