import type { CallContext } from '@hawser/contracts';
import { checkHealth, type Health } from '@hawser/contracts/directory';
import { BusClient, Handles, MemoryHub } from '@hawser/messaging';
import { Controller, Module, type OnApplicationShutdown } from '@nestjs/common';
import { serve } from './serve.js';

it('finishes what it has taken, and only then closes what its module made', async () => {
  const told: string[] = [];
  const asked = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<Health>();

  @Controller()
  class Slow {
    @Handles(checkHealth)
    async check(): Promise<Health> {
      asked.resolve();
      const health = await finish.promise;
      told.push('finished');
      return health;
    }
  }
  @Module({ controllers: [Slow] })
  class SlowModule implements OnApplicationShutdown {
    onApplicationShutdown(): void {
      told.push('closed');
    }
  }

  const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };
  const hub = new MemoryHub();
  const module = { module: SlowModule };
  const app = await serve({ service: 'directory', module, bus: hub.connect(), logger: ['error'] });
  const answer = new BusClient(hub.connect()).call(checkHealth, {}, context);
  await asked.promise;
  const closing = app.close();
  finish.resolve({ ok: true, database_ms: 0 });
  expect(await answer).toEqual({ ok: true, database_ms: 0 });
  await closing;
  expect(told).toEqual(['finished', 'closed']);
});
