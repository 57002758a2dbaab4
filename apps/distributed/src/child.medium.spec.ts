import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isRunning } from '@hawser/embedded-nats';
import { startChild } from './child.js';

const program = join(import.meta.dirname, 'testing/stand-in.ts');

describe('the programs that a process has started', () => {
  it('have one listener for its end, however many there are', async () => {
    const before = process.listenerCount('exit');
    const children = Array.from({ length: 12 }, () =>
      startChild({ program, environment: { ENDS_IF_THERE: program }, output: () => undefined }),
    );
    const meanwhile = process.listenerCount('exit');
    const ends = await Promise.all(children.map(({ exited }) => exited));
    expect(ends).toEqual(Array<string>(12).fill('exit code 3'));
    expect(meanwhile).toBe(before);
  });

  it('all end with it', async () => {
    const options = { program, environment: { HAWSER_HOST: '127.0.0.1', HAWSER_PORT: '0', STUBBORN: 'yes' } };
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `const { startChild } = await import(${JSON.stringify(join(import.meta.dirname, '../dist/child.js'))});
       const heard = () => new Promise((output) => {
         const it = startChild({ ...${JSON.stringify(options)}, output: () => output(it.process.pid) });
       });
       console.log(JSON.stringify(await Promise.all([heard(), heard()])));
       process.exit();`,
    ]);
    const pids = JSON.parse(stdout) as number[];
    expect(pids).toHaveLength(2);
    const giveUpAt = Date.now() + 10_000;
    for (const pid of pids)
      while (await isRunning(pid, 'stand-in.ts')) {
        if (Date.now() > giveUpAt) throw new Error(`process ${pid} has outlived the one that started it`);
        await delay(50);
      }
  });
});
