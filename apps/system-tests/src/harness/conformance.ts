import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Json } from './api.js';
import { root } from './program-run.js';
import type { Tenant } from './tenant.js';

const suite = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const client = join(import.meta.dirname, 'conformance-client.ts');
/** A probe is bounded by 10 s; beyond that the suite would wait for nothing. */
const clientWithinMs = 20_000;

/** What the suite says of one requirement; a remark that judges nothing is INFO. */
interface Check {
  name: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
}

export interface ScenarioRun {
  /** Names of the checks that succeeded, in the order of the suite. */
  passed: string[];
  /** Of those that failed, warned or saw nothing to check. */
  notPassed: string[];
  /** What Hawser answered. */
  answer: Json;
}

/** Runs a client scenario of the MCP conformance suite against its own server, with Hawser as the client. */
export async function runScenario(
  scenario: string,
  task: 'test' | 'discover',
  { id, owner }: Tenant,
): Promise<ScenarioRun> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-conformance-'));
  try {
    const command = `"${process.execPath}" "${client}" ${task}`;
    const limits = ['--timeout', String(clientWithinMs), '--output-dir', folder];
    // It ends with an error, too, where a check fails that no probe can pass: what counts is in the files.
    await run(['client', '--scenario', scenario, '--command', command, ...limits], {
      HAWSER_URL: owner.gateways.next(),
      HAWSER_TOKEN: owner.token ?? '',
      HAWSER_WORKSPACE: id,
    });
    const checks = JSON.parse(await resultOf(folder, 'checks.json')) as Check[];
    const named = (want: (status: Check['status']) => boolean): string[] =>
      checks.filter(({ status }) => want(status)).map(({ name }) => name);
    return {
      passed: named((status) => status === 'SUCCESS'),
      notPassed: named((status) => status !== 'SUCCESS' && status !== 'INFO'),
      answer: JSON.parse(await resultOf(folder, 'stdout.txt')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All client scenarios that the suite has. */
export async function clientScenarios(): Promise<string[]> {
  const [, ofClients = ''] = (await run(['list'])).split('Client scenarios');
  const [own = ''] = ofClients.split('\n\n');
  return [...own.matchAll(/^ +- (\S+)/gm)].map(([, name]) => name as string);
}

/** What the suite printed. */
async function run(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [suite, ...args], {
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return printed;
}

/** The suite makes a folder for each run, named for the scenario and the time. */
async function resultOf(folder: string, name: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const file = files.find((path) => path.endsWith(name));
  if (file === undefined) throw new Error(`the conformance suite has left no ${name}`);
  return readFile(join(folder, file), 'utf8');
}
