import { defineRpc, type CallContext, type ErrorCode, ServiceError } from '@hawser/contracts';
import { IsString } from 'class-validator';
import type { BusMessage } from './bus.js';
import { BusClient } from './bus-client.js';
import { MemoryHub } from './memory-bus.js';
import { RecordedLog } from './testing/recorded-log.js';

class Ask {
  @IsString() text!: string;
}
class Answer {
  @IsString() text!: string;
}

const ask = defineRpc({ subject: 'hawser.oracle.question.ask.v1', request: Ask, response: Answer });
const askMany = defineRpc({
  subject: 'hawser.oracle.question.ask-many.v1',
  request: Ask,
  response: [Answer],
});
const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };

describe('a client', () => {
  const log = RecordedLog.install();
  const bus = new MemoryHub().connect();
  const client = new BusClient(bus);
  let answer: BusMessage;
  let request: BusMessage | undefined;

  for (const { subject } of [ask, askMany]) {
    bus.respond(subject, 'oracle', (message) => {
      request = message;
      return Promise.resolve(answer);
    });
  }
  afterAll(() => bus.close());
  beforeEach(() => log.take());

  const give = (body: string, headers: Record<string, string> = {}): void => {
    answer = { data: Buffer.from(body), headers };
  };

  it('sends the deadline as a point in time', async () => {
    give('{"text":"yes"}');
    await client.call(ask, { text: 'x' }, context);
    const remaining = Number(request?.headers['hawser-deadline']) - Date.now();
    expect(remaining).toBeGreaterThan(ask.deadlineMs - 1_000);
    expect(remaining).toBeLessThanOrEqual(ask.deadlineMs);
  });

  it.each(['', '{', 'null', '[]', '"x"', '1', '\xff'])(
    'calls %j instead of an object internal, and logs it',
    async (body) => {
      give(body);
      const failure = client.call(ask, { text: 'x' }, context);
      await expect(failure).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining('oracle'),
      });
      await expect(failure).rejects.toBeInstanceOf(ServiceError);
      expect(log.take()).toContain(ask.subject);
    },
  );

  it('calls an object instead of a list internal', async () => {
    give('{"text":"yes"}');
    await expect(client.call(askMany, { text: 'x' }, context)).rejects.toMatchObject({ code: 'internal' });
  });

  it.each(['', 'null', '{}', '{"code":"not_found"}', '{"code":"made_up","message":"m","details":{}}'])(
    'calls an error it cannot read internal, and logs it: %s',
    async (body) => {
      give(body, { 'hawser-error': 'not_found' });
      await expect(client.call(ask, { text: 'x' }, context)).rejects.toMatchObject({ code: 'internal' });
      await expect(client.callRaw(ask, { text: 'x' }, context)).rejects.toMatchObject({ code: 'internal' });
      expect(log.take()).toContain(ask.subject);
    },
  );

  it('rebuilds an error', async () => {
    const code: ErrorCode = 'name_taken';
    give(
      JSON.stringify({
        code,
        message: 'taken',
        details: { errors: [{ field: 'name', message: 'is taken' }] },
      }),
      {
        'hawser-error': code,
      },
    );
    const failure = client.call(ask, { text: 'x' }, context);
    await expect(failure).rejects.toBeInstanceOf(ServiceError);
    await expect(failure).rejects.toMatchObject({ code, details: { errors: [{ field: 'name' }] } });
  });

  it('calls a closed bus an unavailable service', async () => {
    const other = new MemoryHub().connect();
    await other.close();
    await expect(new BusClient(other).call(ask, { text: 'x' }, context)).rejects.toMatchObject({
      code: 'service_unavailable',
      details: { service: 'oracle' },
    });
  });

  it('is typed by its contract', () => {
    const typed = async (): Promise<void> => {
      const one: Answer = await client.call(ask, { text: 'x' }, context);
      const many: Answer[] = await client.call(askMany, { text: 'x' }, context);
      // @ts-expect-error the request lacks a field
      await client.call(ask, {}, context);
      // @ts-expect-error the request has a field of another type
      await client.call(ask, { text: 1 }, context);
      // @ts-expect-error the answer has no such field
      void one.more;
      // @ts-expect-error the answer is a list
      void many.text;
    };
    expect(typed).toBeDefined();
  });
});
