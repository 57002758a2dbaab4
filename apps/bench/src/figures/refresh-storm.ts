import { join } from 'node:path';
import { discloseCredentials } from '@hawser/contracts/vault';
import type { Started } from '@hawser/runtime';
import { latencyFigure, type Figure } from '../figure.js';
import type { Measured } from '../load.js';
import { Process } from '../processes.js';
import { agentContext, signIn, startVaults } from '../vaults.js';

const processes = 2;
const callers = 100;
/** About what token endpoints on the internet take. */
const upstreamMs = 200;
const stormsARound = 5;
const workspaceId = 'ws_bench';
const agentId = 'agt_bench';

/** Everybody wants an access token that has just ended, of several processes: against one request to the provider. */
export async function refreshStormFigure(
  started: Started,
  { rounds }: { rounds: number },
): Promise<Figure[]> {
  const program = join(import.meta.dirname, '../token-server.js');
  const provider = await Process.start(program, { TOKEN_LATENCY_MS: String(upstreamMs) }, '/');
  const { url } = started.add(provider, (it) => it.stop());
  const tokenUrl = new URL('/token', url).href;
  const vaults = await startVaults(started, processes);
  const credentialId = await signIn(vaults, workspaceId, tokenUrl);
  const renewals = async (): Promise<number> => Number(await (await fetch(url)).text());

  const ask = async (): Promise<string | null | undefined> => {
    const request = { ids: [credentialId], names: [], subject: { kind: 'agent' as const, id: agentId } };
    const context = agentContext(workspaceId, agentId);
    return (await vaults.client.call(discloseCredentials, request, context)).credentials[0]?.value;
  };
  const storm = async (): Promise<number> => {
    // Not `refresh_at`, which is for the worker.
    await vaults.database.query(
      `UPDATE vault.credentials SET expires_at = now() - interval '1 second', stale_at = now() - interval '1 second'`,
    );
    const before = await renewals();
    const beganMs = performance.now();
    const values = new Set(await Promise.all(Array.from({ length: callers }, ask)));
    const tookMs = performance.now() - beganMs;
    const renewed = (await renewals()) - before;
    if (values.size !== 1 || values.has(null) || renewed !== 1)
      throw new Error(`${callers} callers got ${values.size} values by ${renewed} renewals`);
    return tookMs;
  };
  const roundTrip = async (): Promise<number> => {
    const beganMs = performance.now();
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'floor' });
    await (await fetch(tokenUrl, { method: 'POST', body })).json();
    return performance.now() - beganMs;
  };

  await inTurn(storm, roundTrip);
  const measured: Record<'ours' | 'floor', Measured[]> = { ours: [], floor: [] };
  for (let round = 0; round < rounds; round++) {
    const [ours, floor] = await inTurn(storm, roundTrip);
    measured.ours.push(ours);
    measured.floor.push(floor);
  }
  const name = `refresh storm: ${callers} callers, ${processes} vaults, one expired token`;
  const floorName = `one request to its token endpoint, ${upstreamMs} ms away`;
  return [latencyFigure({ name, floorName, ...measured }, 1.3)];
}

/** The mean of each over a round. */
async function inTurn(
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<[Measured, Measured]> {
  let [oursMs, floorMs] = [0, 0];
  for (let number = 0; number < stormsARound; number++) {
    oursMs += await ours();
    floorMs += await floor();
  }
  return [meanOf(oursMs), meanOf(floorMs)];
}

function meanOf(totalMs: number): Measured {
  const latencyMs = totalMs / stormsARound;
  return { latencyMs, requestsPerSecond: 1_000 / latencyMs };
}
