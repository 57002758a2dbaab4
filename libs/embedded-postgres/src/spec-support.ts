import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { Client } from 'pg';

import type { EmbeddedPostgresOptions } from './embedded-postgres.js';

export const isRoot = process.geteuid?.() === 0;
export const NOBODY = 65534;

/** As tests want it; those about durability leave it away. */
export const FAST = { fsync: 'off' };

const scratchFolders: string[] = [];
const programs: ChildProcess[] = [];

/** A folder for one test that everybody may pass through, on a short path; `cleanUp` removes it. */
export function scratchFolder(mode = 0o755): string {
  const folder = mkdtempSync('/tmp/hawser-pg-');
  chmodSync(folder, mode);
  scratchFolders.push(folder);
  return folder;
}

/** Ends what the test started, by process id, and removes its folders. */
export async function cleanUp(): Promise<void> {
  for (const program of programs.splice(0)) await kill(program, 'SIGKILL');
  for (const folder of scratchFolders.splice(0)) {
    const pidFiles = execFileSync('find', [folder, '-name', 'postmaster.pid'], { encoding: 'utf8' });
    for (const pidFile of pidFiles.split('\n').filter(Boolean)) {
      const pid = parseInt(readFileSync(pidFile, 'utf8'));
      if (commandLine(pid).includes(folder)) await killPid(pid, 'SIGQUIT');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export function postmasterPid(dataDir: string): number {
  return parseInt(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8'));
}

/** Ends a process and waits until it is gone. */
export async function killPid(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  await eventually(() => (commandLine(pid) === '' ? true : undefined));
}

export function commandLine(pid: number): string {
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.replace(/^\[.*<defunct>$/m, '')
    .trim();
}

/** The real uid a process runs under. */
export function uidOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }));
}

export async function eventually<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const giveUpAt = Date.now() + 20_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error('It did not happen within 20 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another Node process that starts an instance and then waits. */
export interface Program {
  child: ChildProcess;
  /** "ready <url>" or "refused <name of the error>" */
  verdict: Promise<string>;
}

const PROGRAM = `
  const { EmbeddedPostgres } = await import(process.argv[1]);
  try {
    const instance = await EmbeddedPostgres.start(JSON.parse(process.argv[2]));
    console.log('ready ' + instance.url);
  } catch (error) {
    console.log('refused ' + error.name + ' ' + error.message);
  }
  setInterval(() => {}, 1000);`;

export function startProgram(
  options: EmbeddedPostgresOptions,
  as: { uid?: number; gid?: number } = {},
): Program {
  const library = path.join(import.meta.dirname, '../dist/index.js');
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', PROGRAM, library, JSON.stringify(options)],
    // A process group of its own, as a shell gives to what it runs.
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true, cwd: '/', ...as },
  );
  programs.push(child);
  const verdict = once(createInterface(child.stdout), 'line').then(([line]) => line as string);
  return { child, verdict };
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals, wholeGroup = false): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(wholeGroup ? -child.pid : child.pid, signal);
  await ended;
}

/** Other Node processes run the library as it is built. */
export function buildLibrary(): void {
  const root = path.join(import.meta.dirname, '../../..');
  const project = path.join(import.meta.dirname, '../tsconfig.build.json');
  execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', project]);
  if (!existsSync(path.join(import.meta.dirname, '../dist/index.js')))
    throw new Error('The build made nothing.');
}
