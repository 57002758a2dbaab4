import { spawn } from 'node:child_process';

/** Who a program runs as; see `identity.ts`. */
export interface Identity {
  uid: number;
  gid: number;
  /**
   * - `self`: as this process
   * - `uid`: this process is root and hands its rights down to `uid` and `gid`
   * - `namespace`: as this process, root, which a user namespace shows to the program as an ordinary user
   */
  mode: 'self' | 'uid' | 'namespace';
}

export interface Outcome {
  /** Exit code; null when the program could not be started or was ended by a signal. */
  code: number | null;
  /** What it wrote to both of its outputs. */
  output: string;
}

/** `nobody`: unlike other ordinary users it is in the password file everywhere, and initdb looks it up. */
export const UNPRIVILEGED_ID = 65534;

/**
 * PostgreSQL lives longer than this process and shows its environment to its uid: it gets none of ours, where
 * keys may be, nor PGDATA and the like.
 */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Runs a program to its end. A failure, even to start it, is an outcome and not an exception. */
export function run(identity: Identity, program: string, args: string[]): Promise<Outcome> {
  const [file, fileArgs] =
    identity.mode === 'namespace'
      ? ['unshare', ['--user', `--map-user=${UNPRIVILEGED_ID}`, '--', program, ...args]]
      : [program, args];
  return new Promise((resolve) => {
    const child = spawn(file, fileArgs, {
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C in the terminal must not reach it.
      detached: true,
      ...(identity.mode === 'uid' && { uid: identity.uid, gid: identity.gid }),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });
}
