import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';

const script = join(workspaceRoot, 'deploy/image/healthcheck.mjs');
const answers: Record<string, number> = { '/healthz': 200, '/readyz': 503 };

describe('the health check of an image', () => {
  const server = createServer(({ url = '' }, response) => {
    const status = answers[url];
    if (status !== undefined) response.writeHead(status).end();
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function ask(
    args: string[],
    port = (server.address() as AddressInfo).port,
  ): Promise<[number | null, string]> {
    const child = spawn(process.execPath, [script, ...args], { env: { HAWSER_PORT: String(port) } });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => child.on('close', (status) => resolve([status, stderr])));
  }

  it('is well when the program answers 200', async () => {
    expect(await ask([])).toEqual([0, '']);
  });

  it('is not when it answers something else, nothing, or is not there', async () => {
    expect(await ask(['/readyz'])).toEqual([1, '/readyz: answered 503\n']);
    expect(await ask(['/silent'])).toEqual([1, '/silent: no answer within 2500 ms\n']);
    expect(await ask([], 1)).toEqual([1, expect.stringMatching(/^\/healthz: .*ECONNREFUSED/)]);
  });
});
