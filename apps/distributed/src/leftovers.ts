import { join } from 'node:path';
import { endLeftover } from '@hawser/embedded-nats';
import { programOf } from './plan.js';
import type { State } from './state-file.js';

const graceMs = 5_000;

/**
 * Ends the services and gateways that a killed supervisor has left behind, if they have not noticed by themselves:
 * gateways first, as in any stop.
 */
export async function endLeftovers({ processes }: State, say: (line: string) => void): Promise<void> {
  const isGateway = ({ app }: { app: string }): boolean => app === 'gateway';
  for (const group of [processes.filter(isGateway), processes.filter((process) => !isGateway(process))]) {
    await Promise.all(
      group.map(async ({ name, app, pid }) => {
        if (await endLeftover(pid, programOf(app, 'main'), { graceMs }))
          say(`${name} of an earlier run was still there and has been ended (process ${pid}).`);
      }),
    );
  }
}

/** Ends the embedded servers too, which a start would take over. */
export async function endLeftoverServers(
  { nats, postgres }: State,
  dataDir: string,
  say: (line: string) => void,
): Promise<void> {
  if (nats?.pid && (await endLeftover(nats.pid, join(dataDir, 'nats'), { graceMs })))
    say(`NATS of an earlier run was still there and has been ended (process ${nats.pid}).`);
  // SIGINT is PostgreSQL's fast shutdown: it waits for nobody.
  if (
    postgres?.pid &&
    (await endLeftover(postgres.pid, join(dataDir, 'postgres'), { signal: 'SIGINT', graceMs }))
  )
    say(`PostgreSQL of an earlier run was still there and has been ended (process ${postgres.pid}).`);
}
