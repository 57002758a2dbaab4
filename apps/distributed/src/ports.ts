import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError } from '@hawser/runtime';

/** Below those that operating systems give away: nobody else is given one of these before its process listens. */
const lowestPort = 10_000;
const highestPort = 29_999;
const attempts = 50;

/**
 * A port that was free a moment ago.
 * @throws Error none could be had
 */
export async function freePort(host: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(lowestPort, highestPort + 1);
    try {
      await probe(host, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === attempts) throw error;
    }
  }
}

async function freePorts(host: string, count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(host));
  return [...ports];
}

/**
 * The ports of the gateways: `first` and those that follow it; 0: any free ones.
 * @throws ConfigError one of them is taken, or past the last one that there is
 */
export async function gatewayPorts(host: string, first: number, count: number): Promise<number[]> {
  const wanted = Array.from({ length: count }, (_, index) => first + index);
  try {
    if (first === 0) return await freePorts(host, count);
    for (const port of wanted) await probe(host, port);
    return wanted;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const which = first === 0 ? 'free ports' : `the ports ${wanted.join(' and ')}`;
    const ports = `the gateways take ${which} of HAWSER_HOST ${host}`;
    if (code === 'EADDRINUSE') throw new ConfigError(`${ports}: ${message}; set HAWSER_PORT to another one`);
    throw new ConfigError(`${ports}, which cannot be had: ${message}`);
  }
}

/** @throws Error somebody has the port, or it cannot be had at all */
async function probe(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  await once(server.close(), 'close');
}
