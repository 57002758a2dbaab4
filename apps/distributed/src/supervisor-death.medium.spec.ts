import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '@hawser/embedded-nats';

describe('the processes of a supervisor', () => {
  it('end by themselves when it is killed', async () => {
    const plan = {
      name: 'stand-in-1',
      app: 'bindings',
      replica: 1,
      program: join(import.meta.dirname, 'testing/stand-in.ts'),
      host: '127.0.0.1',
      environment: { STUBBORN: 'yes' },
    };
    const supervisor = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { RunningProcess } = await import(${JSON.stringify(join(import.meta.dirname, '../dist/running-process.js'))});
         const it = new RunningProcess(${JSON.stringify(plan)}, 0, () => console.log(it.pid));`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    // Told when it has said a word of its own, and so has come as far as to notice.
    const [line] = (await once(createInterface(supervisor.stdout), 'line')) as [string];
    const pid = Number(line);
    expect(await isRunning(pid, 'stand-in.ts')).toBe(true);
    supervisor.kill('SIGKILL');
    const giveUpAt = Date.now() + 10_000;
    while (await isRunning(pid, 'stand-in.ts')) {
      if (Date.now() > giveUpAt) {
        process.kill(pid, 'SIGKILL');
        throw new Error(`process ${pid} has outlived its supervisor`);
      }
      await delay(50);
    }
  });
});
