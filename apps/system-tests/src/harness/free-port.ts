import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below those that operating systems give away, and above those that apps/distributed picks for itself. */
const [lowestPort, highestPort] = [30_000, 32_000];

/** A port of the loopback that nobody is given while a test has nobody listening there. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowestPort, highestPort);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
