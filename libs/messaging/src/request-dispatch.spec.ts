import { type CallContext, defineRpc, ServiceError } from '@hawser/contracts';
import { IsString } from 'class-validator';
import { of } from 'rxjs';
import { maxPayloadBytes } from './bus.js';
import { contextToHeaders } from './context-headers.js';
import { answerRequest } from './request-dispatch.js';
import { RecordedLog } from './testing/recorded-log.js';

class Ask {
  @IsString() text!: string;
}

const contract = defineRpc({
  subject: 'hawser.oracle.question.ask.v1',
  request: Ask,
  response: Ask,
  errors: ['not_found'],
});
const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };

describe('dispatching a request', () => {
  const log = RecordedLog.install();
  beforeEach(() => log.take());

  const run = async (
    handler: (request: Ask) => Promise<unknown>,
    { body = '{"text":"a"}', deadlineAtMs = Date.now() + 5_000 } = {},
  ): Promise<{ code?: string; text?: string }> => {
    const endpoint = { contract, handler: handler as never, bus: { maxPayloadBytes }, logger: log };
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
});
