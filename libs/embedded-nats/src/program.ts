import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packagedProgram } from './distribution-package.js';
import { reasonOf } from './reason.js';

/** No server program can be had; the message says what was tried and what to do. */
export class NoNatsServerError extends Error {
  override readonly name = 'NoNatsServerError';
}

const run = promisify(execFile);

/**
 * The server's program: `nats-server` from the PATH, else the distribution's package, fetched once into `.cache`.
 * @throws NoNatsServerError neither could be had
 */
export async function findProgram(log: (line: string) => void): Promise<string> {
  if (await runs('nats-server', '--version')) return 'nats-server';
  try {
    return await packagedProgram(log);
  } catch (error) {
    throw new NoNatsServerError(
      'There is no NATS server to run. Tried: nats-server on the PATH (not there), ' +
        `the distribution's package (${reasonOf(error)}). ` +
        'Install nats-server 2.9 or newer, or set NATS_URL to a server with max_payload: 8388608 and JetStream.',
      { cause: error },
    );
  }
}

/**
 * The command that runs the program until this process ends, however it ends: nats-server does not look after its
 * parent, but Linux can. Elsewhere the program alone, which a later start on the same folder ends.
 */
export async function endingWithParent(program: string, args: string[]): Promise<[string, string[]]> {
  const setpriv = ['--pdeathsig', 'TERM'];
  return (await runs('setpriv', ...setpriv, 'true'))
    ? ['setpriv', [...setpriv, program, ...args]]
    : [program, args];
}

function runs(program: string, ...args: string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}
