import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { ConfigError } from '@hawser/runtime';

/** A port that was free a moment ago. */
export async function freePort(host: string): Promise<number> {
  const [port] = await probe(host, [0]);
  return port ?? 0;
}

/**
 * The ports of the gateways: `first` and those that follow it; 0: any free ones.
 * @throws ConfigError one of them is taken, or past the last one that there is
 */
export async function gatewayPorts(host: string, first: number, count: number): Promise<number[]> {
  const wanted = Array.from({ length: count }, (_, index) => (first === 0 ? 0 : first + index));
  try {
    return await probe(host, wanted);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const ports = `the gateways take the ports ${wanted.join(' and ')} of HAWSER_HOST ${host}`;
    if (code === 'EADDRINUSE') throw new ConfigError(`${ports}: ${message}; set HAWSER_PORT to another one`);
    throw new ConfigError(`${ports}, which cannot be had: ${message}`);
  }
}

/** All at once, so that no two are the same. */
async function probe(host: string, ports: number[]): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (const port of ports) {
      const server = createServer();
      servers.push(server);
      server.listen(port, host);
      await once(server, 'listening');
    }
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(
      servers.filter((server) => server.listening).map((server) => once(server.close(), 'close')),
    );
  }
}
