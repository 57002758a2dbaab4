import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../../harness/api.js';
import { Distributed } from '../../harness/distributed.js';
import { drillRate, drillSeconds, drillTimeLimitMs, report } from '../../harness/drill.js';
import type { Ask } from '../../harness/kept-connections.js';
import { isGood, Load, outcomes, type Call } from '../../harness/load.js';
import { newTenant, unique, type Tenant } from '../../harness/tenant.js';

/** Twice that of a call to a service: a slow machine adds to it. Without one a call is given up after 20 s. */
const deadlineMs = 10_000;
/** For the bus to notice that a process has gone, after the supervisor has. */
const noticedWithinMs = 250;

/** Two reads and a write of `bindings`, and a read of `directory`. */
function asksOf({ agentId }: Tenant): (turn: number) => Ask {
  const agent = `/api/v1/agents/${agentId}`;
  const resolved: Ask = { what: 'resolved', method: 'GET', path: `${agent}/integrations/resolved` };
  return (turn) => {
    const server = { name: unique('server'), endpoint: 'https://mcp.example.com/mcp' };
    const write: Ask = { what: 'write', method: 'POST', path: '/api/v1/integrations', body: server };
    return [resolved, write, resolved, { what: 'agent', method: 'GET', path: agent } as Ask][turn % 4] as Ask;
  };
}

async function start(replicas: number): Promise<{ system: Distributed; load: Load }> {
  const system = await Distributed.start({ env: { HAWSER_REPLICAS: String(replicas) } });
  const tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  const load = new Load(tenant.owner, drillRate, asksOf(tenant));
  await delay(1_000);
  return { system, load };
}

/** When the bus has noticed the death of `bindings-1`, after so many deaths; ms since 1970. */
async function noticed(system: Distributed, deaths: number): Promise<number> {
  await system.saidTimes(/bindings-1 ended by itself/g, deaths, 30_000);
  return Date.now() + noticedWithinMs;
}

const failedOf = (calls: Call[]): Call[] => calls.filter((call) => !isGood(call));
const longestOf = (calls: Call[]): number => Math.max(0, ...calls.map(({ tookMs }) => tookMs));

describe('kill -9 of the only bindings under load', () => {
  it(
    'is problems within the deadline for what needs it, nothing for the rest, and over when it is back',
    async () => {
      const { system, load } = await start(1);
      const others = ['gateway-1', 'directory-1'].map((name) => system.pidOf(name));
      const killedAtMs = Date.now();
      // Callers wait for it as long as a start takes, and would not notice one death: it dies again as it comes up.
      const first = system.killProcess('bindings-1');
      await eventually(() => (system.files.pids().get('bindings-1') ?? first) !== first);
      system.killProcess('bindings-1');
      const noticedAtMs = await noticed(system, 2);
      await system.saidTimes(/bindings-1 is back/g, 1, 30_000);
      await load.works();
      const backAfterMs = Date.now() - killedAtMs;
      await delay(drillSeconds * 1000);
      const calls = await load.stop();

      const failed = failedOf(calls);
      report([
        `the only bindings killed twice: back after ${backAfterMs} ms, ${failed.length} of ${calls.length} requests ` +
          `failed, the longest took ${longestOf(calls)} ms`,
        JSON.stringify(outcomes(calls), null, 2),
      ]);
      expect(failed.length).toBeGreaterThan(10);
      expect(longestOf(calls)).toBeLessThan(deadlineMs);
      // Only of what it had taken already cannot be told what became of it.
      const inDoubt = failed.filter(({ beganAtMs }) => beganAtMs <= noticedAtMs);
      for (const { what, result, code, contentType } of failed)
        expect({ what, contentType, answer: `${result} ${code}` }).toEqual({
          what: expect.stringMatching(/^(resolved|write)$/),
          contentType: expect.stringMatching(/^application\/problem\+json\b/),
          answer: expect.stringMatching(/^(503 service_unavailable|504 service_timeout)$/),
        });
      const timedOut = failed.filter(({ result }) => result === 504);
      expect(timedOut.filter((call) => !inDoubt.includes(call))).toEqual([]);
      // The gateway was not touched.
      expect(['gateway-1', 'directory-1'].map((name) => system.pidOf(name))).toEqual(others);
    },
    drillTimeLimitMs,
  );
});

describe('kill -9 of one of two bindings under load', () => {
  it(
    'fails no read, and no write but those that it had taken',
    async () => {
      const { system, load } = await start(2);
      const killedAtMs = Date.now();
      system.killProcess('bindings-1');
      const noticedAtMs = await noticed(system, 1);
      await system.saidTimes(/bindings-1 is back/g, 1, 30_000);
      await delay(drillSeconds * 1000);
      const calls = await load.stop();

      const failed = failedOf(calls);
      const inFlight = calls.filter(
        ({ beganAtMs, tookMs }) => beganAtMs <= noticedAtMs && beganAtMs + tookMs >= killedAtMs,
      );
      report([
        `one of two bindings killed: ${failed.length} of ${calls.length} requests failed, ` +
          `${inFlight.length} were in flight, the longest took ${longestOf(calls)} ms`,
        JSON.stringify(outcomes(calls), null, 2),
      ]);
      expect(outcomes(failed.filter(({ what }) => what !== 'write'))).toEqual({});
      expect(failed.filter((call) => !inFlight.includes(call))).toEqual([]);
      expect(longestOf(calls)).toBeLessThan(deadlineMs);
    },
    drillTimeLimitMs,
  );
});
