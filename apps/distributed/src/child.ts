import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './plan.js';

export interface ChildOptions {
  /** Absolute path of a JavaScript file. */
  program: string;
  environment: Record<string, string>;
  /** Takes each line that it writes. */
  output: (line: string) => void;
  /** A file that is run before the program; it has a channel to this process. */
  before?: string;
}

export interface Child {
  process: ChildProcess;
  /** Resolves with `exit code 1` or `SIGKILL`, when all that it wrote has been read. */
  exited: Promise<string>;
}

const running = new Set<ChildProcess>();
// One listener for all of them: Node takes more than ten for a leak, and says so.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Runs a program in a process of its own, which knows no variables but those given, and which Ctrl-C in the terminal
 * does not reach. It is killed if this process exits before it.
 */
export function startChild({ program, environment, output, before }: ChildOptions): Child {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(before === undefined ? [] : ['ipc' as const])];
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', ...(before === undefined ? [] : ['--import', before]), program],
    { cwd: root, env: environment, stdio, detached: true },
  );
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) createInterface({ input: stream }).on('line', output);
  running.add(child);
  const exited = new Promise<string>((resolve) => {
    const ended = (how: string): void => {
      running.delete(child);
      resolve(how);
    };
    child.once('close', (code, signal) => ended(signal ?? `exit code ${code}`));
    child.once('error', (error) => ended(error.message));
  });
  return { process: child, exited };
}
