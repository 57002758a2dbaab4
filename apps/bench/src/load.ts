import autocannon from 'autocannon';

export interface Target {
  url: string;
  /** Default: GET. */
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
}

export interface Load {
  connections: number;
  seconds: number;
}

export interface Measured {
  requestsPerSecond: number;
  /** Mean latency: with a request at a time on each connection it follows from the throughput. */
  latencyMs: number;
}

/**
 * As many requests as the target answers on keep-alive connections, each with one request at a time.
 * @throws Error an answer was not 200: what is measured must be the work itself
 */
export async function load(
  { url, method = 'GET', headers = {} }: Target,
  { connections, seconds }: Load,
): Promise<Measured> {
  const result = await autocannon({ url, method, headers, connections, duration: seconds });
  const wrong = result.non2xx + result.errors + result.timeouts;
  if (wrong > 0) throw new Error(`${url} failed ${wrong} of ${result.requests.total} requests`);
  const requestsPerSecond = result.requests.total / result.duration;
  return { requestsPerSecond, latencyMs: (1000 * connections) / requestsPerSecond };
}

const warmUpSeconds = 3;

/** Measures the targets in turn, round by round, so that whatever the machine does to one it does to all. */
export async function interleaved<Name extends string>(
  targets: Record<Name, Target>,
  { rounds, ...shape }: Load & { rounds: number },
): Promise<Record<Name, Measured[]>> {
  const names = Object.keys(targets) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Measured[]])) as Record<
    Name,
    Measured[]
  >;
  for (const name of names) await load(targets[name], { ...shape, seconds: warmUpSeconds });
  for (let round = 0; round < rounds; round++) {
    // Whoever goes second in one round goes first in the next.
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) measured[name].push(await load(targets[name], shape));
  }
  return measured;
}
