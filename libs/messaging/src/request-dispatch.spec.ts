import { once } from 'node:events';
import { type CallContext, defineRpc, ServiceError } from '@hawser/contracts';
import { IsString } from 'class-validator';
import { of } from 'rxjs';
import { maxPayloadBytes } from './bus.js';
import { OpenCalls } from './cancellation/open-calls.js';
import { contextToHeaders } from './context-headers.js';
import { currentCall } from './in-call.js';
import { answerRequest, type Translate } from './request-dispatch.js';
import { serverDurations, SubjectDurations } from './rpc-metrics.js';
import { RecordedLog } from './testing/recorded-log.js';

class Ask {
  @IsString() text!: string;
}

const contract = defineRpc({
  subject: 'hawser.oracle.question.ask.v1',
  request: Ask,
  response: Ask,
  errors: ['not_found'],
  unavailable: 'secret_encryption_unavailable',
});
const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };

describe('dispatching a request', () => {
  const log = RecordedLog.install();
  beforeEach(() => log.take());

  const run = async (
    handler: (request: Ask, context: CallContext) => Promise<unknown>,
    {
      body = '{"text":"a"}',
      deadlineAtMs = Date.now() + 5_000,
      translate,
      openCalls,
    }: { body?: string; deadlineAtMs?: number; translate?: Translate; openCalls?: OpenCalls } = {},
  ): Promise<{ code?: string; text?: string }> => {
    const endpoint = {
      contract,
      handler: handler as never,
      bus: { maxPayloadBytes },
      logger: log,
      durations: new SubjectDurations(serverDurations, contract.subject),
      translate,
      openCalls,
    };
    const request = { data: Buffer.from(body), headers: contextToHeaders(context, deadlineAtMs) };
    const { data } = await answerRequest(endpoint, request);
    return JSON.parse(Buffer.from(data).toString()) as { code?: string; text?: string };
  };

  it('logs the stack of an error that the caller is not told of', async () => {
    const answer = await run(() => Promise.reject(new Error('a secret detail')));
    expect(answer).toEqual({ code: 'internal', message: 'something went wrong on our side', details: {} });
    expect(log.take()).toMatch(/a secret detail\n\s+at .*request-dispatch\.spec/);
  });

  it('logs nothing that an error carries, such as the values of a statement', async () => {
    const carrying = Object.assign(new Error('deadlock detected'), {
      parameters: ['canary'],
      query: 'canary',
    });
    expect(await run(() => Promise.reject(carrying))).toMatchObject({ code: 'internal' });
    const logged = log.take();
    expect(logged).toContain('deadlock detected');
    expect(logged).not.toContain('canary');
  });

  it('logs an error whose code the contract does not name', async () => {
    expect(await run(() => Promise.reject(new ServiceError('forbidden', 'no')))).toMatchObject({
      code: 'internal',
    });
    expect(log.take()).toContain(`"forbidden", which its contract does not name`);
  });

  it('does not log what the contract expects', async () => {
    const unavailable = new ServiceError('secret_encryption_unavailable', 'no key');
    expect(await run(() => Promise.reject(unavailable))).toMatchObject({ code: unavailable.code });
    expect(await run(() => Promise.reject(new ServiceError('not_found', 'no')))).toMatchObject({
      code: 'not_found',
    });
    expect(await run(() => Promise.resolve(), { body: '{' })).toMatchObject({ code: 'malformed_message' });
    expect(log.take()).toBe('');
  });

  it('does not run the handler of a message that is late, and says why', async () => {
    let ran = false;
    const handler = (request: Ask): Promise<Ask> => {
      ran = true;
      return Promise.resolve(request);
    };
    expect(await run(handler, { deadlineAtMs: Date.now() - 50 })).toMatchObject({ code: 'service_timeout' });
    expect(ran).toBe(false);
    expect(log.take()).toContain('ms too late');
  });

  it('takes an answer out of an Observable', async () => {
    expect(await run(() => Promise.resolve(of({ text: 'first' }, { text: 'last' })))).toEqual({
      text: 'last',
    });
  });

  it('answers a handler that throws instead of rejecting', async () => {
    const handler = (): never => {
      throw new ServiceError('not_found', 'no');
    };
    expect(await run(handler)).toMatchObject({ code: 'not_found' });
  });

  describe('whose handler fails with an error that the service can explain', () => {
    const translate: Translate = (error) =>
      error instanceof RangeError
        ? new ServiceError('service_unavailable', 'the database is away')
        : undefined;

    it('answers the explanation, and logs a line of it, without a stack', async () => {
      const answer = await run(() => Promise.reject(new RangeError('ECONNREFUSED')), { translate });
      expect(answer).toEqual({ code: 'service_unavailable', message: 'the database is away', details: {} });
      expect(log.take()).toMatch(/"service_unavailable" because of RangeError: ECONNREFUSED$/);
    });

    it('answers "internal" to all others, and to an explanation that the contract does not name', async () => {
      expect(await run(() => Promise.reject(new Error('x')), { translate })).toMatchObject({
        code: 'internal',
      });
      const wrong: Translate = () => new ServiceError('last_owner', 'no');
      expect(await run(() => Promise.reject(new Error('x')), { translate: wrong })).toMatchObject({
        code: 'internal',
      });
    });

    it('does not ask about what the service threw on purpose', async () => {
      const everything: Translate = () => new ServiceError('internal', 'wrong');
      const thrown = (): Promise<never> => Promise.reject(new ServiceError('not_found', 'no'));
      expect(await run(thrown, { translate: everything })).toMatchObject({ code: 'not_found' });
    });
  });

  describe('that can be cancelled', () => {
    /** Resolves when the call is to stop, at once where that was before the handler began. */
    const stopped = async ({ signal }: CallContext): Promise<AbortSignal> => {
      const given = signal as AbortSignal;
      if (!given.aborted) await once(given, 'abort');
      return given;
    };
    /** Fails as told, once the call's deadline has passed. */
    const failLate = (failure: (signal: AbortSignal) => Error): ReturnType<typeof run> =>
      run(
        async (_, given) => {
          throw failure(await stopped(given));
        },
        { deadlineAtMs: Date.now() + 50, openCalls: new OpenCalls() },
      );

    it('answers why it was stopped, and logs nothing of it', async () => {
      expect(await failLate(({ reason }) => reason as Error)).toMatchObject({ code: 'service_timeout' });
      const aborted = new DOMException('This operation was aborted', 'AbortError');
      expect(await failLate(() => aborted)).toMatchObject({ code: 'service_timeout' });
      expect(log.take()).toBe('');
    });

    it('still calls a defect a defect', async () => {
      expect(await failLate(() => new TypeError('x is not a function'))).toMatchObject({ code: 'internal' });
      expect(log.take()).toContain('x is not a function');
    });

    it('answers what the handler still came to', async () => {
      const handler = async (request: Ask, given: CallContext): Promise<Ask> => {
        await stopped(given);
        return request;
      };
      const options = { deadlineAtMs: Date.now() + 50, openCalls: new OpenCalls() };
      expect(await run(handler, options)).toEqual({ text: 'a' });
    });

    it('has no signal where its contract does not say so', async () => {
      let seen: CallContext | undefined;
      await run((request, given) => {
        seen = given;
        return Promise.resolve(request);
      });
      expect(Object.keys(seen ?? {})).not.toContain('signal');
    });
  });

  it('lets all that runs for a request know which one it is', async () => {
    const seen: unknown[] = [];
    const handler = async (request: Ask): Promise<Ask> => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(currentCall());
      return request;
    };
    await run(handler);
    expect(seen).toMatchObject([
      { requestId: 'r', traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) },
    ]);
    expect(currentCall()).toBeUndefined();
  });

  it('counts what was answered, by its code', async () => {
    serverDurations.reset();
    await run((request) => Promise.resolve(request));
    await run(() => Promise.reject(new ServiceError('not_found', 'no')));
    await run(() => Promise.resolve(), { body: '{' });
    const counts = (await serverDurations.get()).values.filter(({ metricName }) =>
      metricName?.endsWith('_count'),
    );
    expect(counts.map(({ labels, value }) => [labels.subject, labels.code, value])).toEqual([
      [contract.subject, 'ok', 1],
      [contract.subject, 'not_found', 1],
      [contract.subject, 'malformed_message', 1],
    ]);
  });
});
