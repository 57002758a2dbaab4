import { writeFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '@hawser/embedded-nats';
import { freePort } from './ports.js';
import type { Replica } from './replica.js';
import { Replicas } from './testing/replicas.js';

const get = async ({ running }: Replica, path = '/'): Promise<string> =>
  (await fetch(`${running?.url}${path}`)).text();

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}

describe('a replica', () => {
  let replicas: Replicas;
  beforeEach(() => (replicas = new Replicas()));
  afterEach(() => replicas.clear());

  it('serves when its start returns, and its lines come with its name', async () => {
    const replica = replicas.replica();
    await replica.start();
    expect(await get(replica)).toBe('ok');
    expect(replicas.output).toContain('stand-in-1: listening');
  });

  it('knows no variables but those of its plan', async () => {
    const replica = replicas.replica({ environment: { MINE: 'x' } });
    await replica.start();
    expect(JSON.parse(await get(replica, '/environment'))).toEqual(
      expect.not.arrayContaining(['PATH', 'HOME', 'HAWSER_TEST_DATABASE_URL']),
    );
    expect(JSON.parse(await get(replica, '/environment'))).toEqual(
      expect.arrayContaining(['ENDS_IF_THERE', 'HAWSER_HOST', 'HAWSER_PORT', 'MINE']),
    );
  });

  it('is given up when it ends again at its first start', async () => {
    writeFileSync(replicas.ends, '');
    await expect(replicas.replica().start()).rejects.toThrow(
      'stand-in-1 did not become ready; its last lines say why',
    );
    expect(replicas.output).toEqual(Array(2).fill('stand-in-1: this one does not start'));
  });

  it('is started again when it dies, later each time, and whoever asks is told what runs', async () => {
    const pids: (number | undefined)[] = [];
    const replica: Replica = replicas.replica({}, { changed: () => pids.push(replica.running?.pid) });
    await replica.start();
    const first = replica.running?.pid ?? 0;
    writeFileSync(replicas.ends, '');
    process.kill(first, 'SIGKILL');
    await until(() => replicas.said.length === 2);
    rmSync(replicas.ends);
    await until(() => replicas.said.length === 3);
    const { pid, url } = replica.running ?? {};
    expect(replicas.said).toEqual([
      'stand-in-1 ended by itself (SIGKILL) and is started again in 1 s.',
      'stand-in-1 ended by itself (exit code 3) and is started again in 2 s.',
      `stand-in-1 is back: process ${pid} at ${url}.`,
    ]);
    expect(pids).toEqual([first, undefined, expect.any(Number), undefined, pid]);
    expect(await get(replica)).toBe('ok');
  });

  it('is replaced without a moment in which nobody serves', async () => {
    const replica = replicas.replica();
    await replica.start();
    const before = replica.running;
    let replacing = true;
    const replaced = replica.replace().finally(() => (replacing = false));
    const answers = new Set<string>();
    // A call that finds the old one gone finds the new one.
    while (replacing) answers.add(await get(replica).catch(() => get(replica)));
    await replaced;
    expect([...answers]).toEqual(['ok']);
    expect(replica.running?.url).not.toBe(before?.url);
    expect(await isRunning(before?.pid ?? 0, 'stand-in')).toBe(false);
    expect(replicas.said).toEqual([]);
  });

  it('keeps its port when it is replaced, if it has one', async () => {
    const replica = replicas.replica({ port: await freePort('127.0.0.1') });
    await replica.start();
    const { pid, url } = replica.running ?? {};
    await replica.replace();
    expect(replica.running?.url).toBe(url);
    expect(replica.running?.pid).not.toBe(pid);
    expect(await get(replica)).toBe('ok');
    expect(replicas.said).toEqual([]);
  });

  it('goes on when its replacement does not become ready', async () => {
    const replica = replicas.replica();
    await replica.start();
    const pid = replica.running?.pid;
    writeFileSync(replicas.ends, '');
    await expect(replica.replace()).rejects.toThrow('stand-in-1 did not become ready');
    expect(replica.running?.pid).toBe(pid);
    expect(await get(replica)).toBe('ok');
  });

  it('is started again when it dies while a replacement fails', async () => {
    const replica = replicas.replica();
    await replica.start();
    const first = replica.running?.pid ?? 0;
    writeFileSync(replicas.ends, '');
    const replaced = expect(replica.replace()).rejects.toThrow('stand-in-1 did not become ready');
    process.kill(first, 'SIGKILL');
    await replaced;
    rmSync(replicas.ends);
    await until(() => replicas.said.at(-1)?.includes('is back') ?? false);
    expect(await get(replica)).toBe('ok');
  });

  it('is killed when it does not stop in time, and says so', async () => {
    const replica = replicas.replica({ environment: { STUBBORN: 'yes' } }, { graceMs: 300 });
    await replica.start();
    const pid = replica.running?.pid ?? 0;
    await replica.stop();
    expect(await isRunning(pid, 'stand-in')).toBe(false);
    expect(replicas.output).toContain(`stand-in-1: process ${pid} did not end within 0.3 s and is killed.`);
    expect(replicas.said).toEqual([]);
  });

  it('is not started again when it is stopped while it waits for that', async () => {
    const replica = replicas.replica();
    await replica.start();
    process.kill(replica.running?.pid ?? 0, 'SIGKILL');
    await until(() => replicas.said.length === 1);
    await replica.stop();
    await delay(1_200);
    expect(replica.running).toBeUndefined();
    expect(replicas.output).toEqual(['stand-in-1: listening']);
  });
});
