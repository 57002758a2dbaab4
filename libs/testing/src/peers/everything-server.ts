import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Peer } from './peer.js';

const startedWithinMs = 60_000;

/**
 * The server listens on every address and does not say on which port when it may choose. So it is told to use a free one
 * of loopback, and which one it was is sent to us; it ends when we do.
 */
const onLoopback = `
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, listening) {
    this.once('listening', () => process.send(this.address().port));
    return listen.call(this, 0, '127.0.0.1', listening);
  };
  process.on('disconnect', () => process.exit());
`;

/**
 * The reference server of the MCP project, as a program of its own. It speaks revisions up to 2025-11-25 and has tools,
 * prompts and resources.
 * @throws Error it did not start; the message has what it said
 */
export async function startEverythingServer(transport: 'streamableHttp' | 'sse'): Promise<Peer> {
  const program = join(
    dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
    'dist/index.js',
  );
  const preload = `data:text/javascript,${encodeURIComponent(onLoopback)}`;
  const child = spawn(process.execPath, ['--import', preload, program, transport], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said = `${said}${chunk}`.slice(-2_000)));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const [port] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(startedWithinMs) }),
      ended.then(() => Promise.reject(new Error('it ended'))),
    ])) as [number];
    return { url: `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`, stop };
  } catch (error) {
    await stop();
    throw new Error(`the reference server did not start: ${said}`, { cause: error });
  }
}
