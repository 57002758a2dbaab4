import { defineRpc, type CallContext, type ErrorCode, ServiceError } from '@hawser/contracts';
import { IsString } from 'class-validator';
import type { BusMessage } from './bus.js';
import { BusClient } from './bus-client.js';
import { headersToContext } from './context-headers.js';
import { clientDurations } from './rpc-metrics.js';
import { MemoryHub } from './memory-bus.js';
import { RecordedLog } from './testing/recorded-log.js';

class Ask {
  @IsString() text!: string;
}
class Answer {
  @IsString() text!: string;
}

const ask = defineRpc({ subject: 'hawser.oracle.question.ask.v1', request: Ask, response: Answer });
const read = defineRpc({
  subject: 'hawser.oracle.question.read.v1',
  request: Ask,
  response: Answer,
  idempotent: true,
});
const create = defineRpc({
  subject: 'hawser.oracle.question.create.v1',
  request: Ask,
  response: Answer,
  errors: ['idempotency_key_reused'],
});
const askMany = defineRpc({
  subject: 'hawser.oracle.question.ask-many.v1',
  request: Ask,
  response: [Answer],
});
const ponder = defineRpc({
  subject: 'hawser.oracle.question.ponder.v1',
  request: Ask,
  response: Answer,
  cancellable: true,
});
const keep = defineRpc({
  subject: 'hawser.oracle.question.keep.v1',
  request: Ask,
  response: Answer,
  unavailable: 'secret_encryption_unavailable',
});
const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };

function deadlineIn(headers: Record<string, string> | undefined): number {
  return headersToContext(headers ?? {}).deadlineAtMs ?? NaN;
}

describe('a client', () => {
  const log = RecordedLog.install();
  const bus = new MemoryHub().connect();
  const client = new BusClient(bus);
  let answer: BusMessage;
  let request: BusMessage | undefined;

  for (const { subject } of [ask, askMany, ponder, keep]) {
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

  /** That this was the deadline, to which is added what the call itself has taken till it left. */
  const expectDeadline = (atMs: number, beforeMs: number): void => {
    const laterMs = deadlineIn(request?.headers) - atMs;
    expect(laterMs).toBeGreaterThanOrEqual(0);
    expect(laterMs).toBeLessThanOrEqual(Date.now() - beforeMs);
  };

  it('sends the deadline as a point in time', async () => {
    give('{"text":"yes"}');
    const before = Date.now();
    await client.call(ask, { text: 'x' }, context);
    expectDeadline(before + ask.deadlineMs, before);
  });

  it('waits for no longer than its own caller does', async () => {
    give('{"text":"yes"}');
    const before = Date.now();
    await client.call(ask, { text: 'x' }, { ...context, deadlineAtMs: before + 3_210 });
    expectDeadline(before + 3_210, before);
    const later = Date.now();
    await client.call(ask, { text: 'x' }, { ...context, deadlineAtMs: later + 60_000 });
    expectDeadline(later + ask.deadlineMs, later);
  });

  it("counts a contract's deadline from when its caller began to wait", async () => {
    give('{"text":"yes"}');
    const before = Date.now();
    const beganAtMs = before - 1_500;
    await client.call(ask, { text: 'x' }, { ...context, beganAtMs });
    expectDeadline(beganAtMs + ask.deadlineMs, before);
    expect(request?.headers['hawser-context']).not.toContain('beganAtMs');
    const late = client.call(ask, { text: 'x' }, { ...context, beganAtMs: Date.now() - 60_000 });
    await expect(late).rejects.toMatchObject({ code: 'service_timeout' });
  });

  it('does not ask when its own caller has gone', async () => {
    request = undefined;
    const late = client.call(ask, { text: 'x' }, { ...context, deadlineAtMs: Date.now() - 1 });
    await expect(late).rejects.toMatchObject({ code: 'service_timeout', details: { service: 'oracle' } });
    expect(request).toBeUndefined();
  });

  describe('without an answer', () => {
    const asked: Record<string, string>[] = [];
    const hub = new MemoryHub();
    const silentBus = hub.connect();
    const patient = new BusClient(hub.connect(), { silenceMs: 50 });
    for (const { subject } of [ask, read, create]) {
      silentBus.respond(subject, 'oracle', ({ headers }) => {
        asked.push(headers);
        return asked.length > 1
          ? Promise.resolve({ data: Buffer.from('{"text":"yes"}'), headers: {} })
          : new Promise(() => undefined);
      });
    }
    beforeEach(() => {
      asked.length = 0;
    });

    it('asks again what may be repeated, with a later deadline, in the same step of the trace', async () => {
      expect(await patient.call(read, { text: 'x' }, context)).toEqual({ text: 'yes' });
      const [first, second] = asked;
      expect(deadlineIn(second)).toBeGreaterThan(deadlineIn(first) + 1_000);
      expect(second?.traceparent).toBe(first?.traceparent);
    });

    it('asks again what carries an Idempotency-Key, if the service heeds it', async () => {
      const keyed = { ...context, idempotencyKey: 'once' };
      expect(await patient.call(create, { text: 'x' }, keyed)).toEqual({ text: 'yes' });
      asked.length = 0;
      const brief = { ...keyed, deadlineAtMs: Date.now() + 200 };
      await expect(patient.call(ask, { text: 'x' }, brief)).rejects.toMatchObject({
        code: 'service_timeout',
        message: expect.stringMatching(/within (?:1\d\d|200) ms/),
      });
      expect(asked).toHaveLength(1);
    });

    it('does not ask again what may not be repeated', async () => {
      const brief = { ...context, deadlineAtMs: Date.now() + 200 };
      await expect(patient.call(create, { text: 'x' }, brief)).rejects.toMatchObject({
        code: 'service_timeout',
      });
      expect(asked).toHaveLength(1);
    });
  });

  it('says when to try again where nobody is there', async () => {
    const nobody = new BusClient(new MemoryHub().connect(), { absenceMs: 50 });
    await expect(nobody.call(ask, { text: 'x' }, context)).rejects.toMatchObject({
      code: 'service_unavailable',
      details: { service: 'oracle', retry_after_seconds: 1 },
    });
  });

  it('says it in the words of the contract, however it learns of it', async () => {
    const away = { code: 'secret_encryption_unavailable', details: { service: 'oracle' } };
    const nobody = new BusClient(new MemoryHub().connect(), { absenceMs: 50 });
    await expect(nobody.call(keep, { text: 'x' }, context)).rejects.toMatchObject(away);
    const told = { code: 'service_unavailable', message: 'no database', details: { service: 'oracle' } };
    give(JSON.stringify(told), { 'hawser-error': told.code });
    await expect(client.call(keep, { text: 'x' }, context)).rejects.toMatchObject(away);
  });

  it('leaves it as it is where another service is meant', async () => {
    const told = { code: 'service_unavailable', message: 'no way on', details: { service: 'scribe' } };
    give(JSON.stringify(told), { 'hawser-error': told.code });
    await expect(client.call(keep, { text: 'x' }, context)).rejects.toMatchObject(told);
  });

  it('gives a call an id only if it can be cancelled, whatever its caller calls it', async () => {
    give('{"text":"yes"}');
    const signalled = { ...context, signal: new AbortController().signal };
    await client.call(ask, { text: 'x' }, signalled);
    expect(Object.keys(request?.headers ?? {})).toEqual(['hawser-context', 'traceparent']);
    await client.call(ponder, { text: 'x' }, signalled);
    expect(Object.keys(request?.headers ?? {})).toEqual(['hawser-context', 'traceparent', 'hawser-call']);
    expect(request?.headers['hawser-call']).not.toContain(context.requestId);
  });

  it('does not ask for a caller who has left, and counts that as cancelled', async () => {
    clientDurations.reset();
    request = undefined;
    const gone = client.call(ask, { text: 'x' }, { ...context, signal: AbortSignal.abort() });
    await expect(gone).rejects.toEqual(
      new ServiceError('cancelled', 'the call to the service "oracle" was cancelled'),
    );
    expect(request).toBeUndefined();
    give('{', { 'hawser-error': 'cancelled' });
    await expect(client.call(ponder, { text: 'x' }, context)).rejects.toMatchObject({
      code: 'cancelled',
      details: { service: 'oracle' },
    });
    const counts = (await clientDurations.get()).values.filter(({ metricName }) =>
      metricName?.endsWith('_count'),
    );
    expect(counts.map(({ labels, value }) => [labels.subject, labels.code, value])).toEqual([
      [ask.subject, 'cancelled', 1],
      [ponder.subject, 'cancelled', 1],
    ]);
    expect(log.take()).toBe('');
  });

  it('counts how calls ended', async () => {
    clientDurations.reset();
    give('{"text":"yes"}');
    await client.call(ask, { text: 'x' }, context);
    give('{"code":"not_found","message":"m","details":{}}', { 'hawser-error': 'not_found' });
    await client.callRaw(ask, { text: 'x' }, context).catch(() => undefined);
    give('{');
    await client.call(askMany, { text: 'x' }, context).catch(() => undefined);
    const counts = (await clientDurations.get()).values.filter(({ metricName }) =>
      metricName?.endsWith('_count'),
    );
    expect(counts.map(({ labels, value }) => [labels.subject, labels.code, value])).toEqual([
      [ask.subject, 'ok', 1],
      [ask.subject, 'not_found', 1],
      [askMany.subject, 'internal', 1],
    ]);
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
