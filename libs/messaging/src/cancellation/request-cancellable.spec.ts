import { setImmediate as nextTurn } from 'node:timers/promises';
import { ServiceError } from '@hawser/contracts';
import { eventually } from '@hawser/testing/eventually';
import { encodeError } from '../answer.js';
import { BusClosedError, type BusMessage, DeadlineError, NoResponderError } from '../bus.js';
import { RecordedLog } from '../testing/recorded-log.js';
import { callIdOf, cancelledCallId } from './cancellation-message.js';
import { requestCancellable } from './request-cancellable.js';

const subject = 'hawser.oracle.question.ask.v1';
const answer: BusMessage = { data: Buffer.from('{}'), headers: {} };
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a request that can be cancelled', () => {
  const log = RecordedLog.install();
  let asked: BusMessage[];
  let told: [subject: string, callId: string][];
  let caller: AbortController;
  beforeEach(() => {
    asked = [];
    told = [];
    caller = new AbortController();
    log.take();
  });
  // Cancellations leave in a turn of their own.
  afterEach(() => nextTurn());

  const send = (outcome: () => Promise<BusMessage>, broadcast?: () => void): Promise<BusMessage> =>
    requestCancellable(
      {
        request: (_, message) => {
          asked.push(message);
          return outcome();
        },
        broadcast: broadcast ?? ((to, message) => void told.push([to, cancelledCallId(message)])),
      },
      {
        subject,
        service: 'oracle',
        message: { data: Buffer.from('"asked"'), headers: { 'x-one': 'a' } },
        timeoutMs: 1_000,
        signal: caller.signal,
      },
    );
  const idOf = (index: number): string => callIdOf(asked[index]?.headers ?? {}) ?? 'none';

  it('has an id of its own, beside what it had', async () => {
    expect(await send(() => Promise.resolve(answer))).toBe(answer);
    await send(() => Promise.resolve(answer));
    caller.abort();
    await nextTurn();
    expect(asked[0]).toEqual({
      data: Buffer.from('"asked"'),
      headers: { 'x-one': 'a', 'hawser-call': expect.stringMatching(uuid) as unknown },
    });
    expect(idOf(1)).not.toBe(idOf(0));
    expect(told).toEqual([]);
  });

  it('is cancelled by that id when its caller leaves, and ends as its handler does', async () => {
    const answering = Promise.withResolvers<BusMessage>();
    const sent = send(() => answering.promise);
    caller.abort();
    await eventually(() => told.length > 0);
    expect(told).toEqual([['hawser.broadcast.oracle.call.cancelled.v1', idOf(0)]]);
    answering.resolve(encodeError(new ServiceError('cancelled', 'the caller has left')));
    await expect(sent).rejects.toMatchObject({ name: 'CallCancelledError', answered: true });
  });

  it('answers what was done all the same', async () => {
    const answering = Promise.withResolvers<BusMessage>();
    const sent = send(() => answering.promise);
    caller.abort();
    answering.resolve(answer);
    expect(await sent).toBe(answer);
  });

  it('is cancelled when its time is up: the clock of the service may be slow', async () => {
    const late = new DeadlineError(subject, 1_000);
    await expect(send(() => Promise.reject(late))).rejects.toBe(late);
    await eventually(() => told.length > 0);
    expect(told).toMatchObject([[expect.any(String), idOf(0)]]);
  });

  it('ends as cancelled when its caller had left and there was no answer in time', async () => {
    const answering = Promise.withResolvers<BusMessage>();
    const sent = send(() => answering.promise);
    caller.abort();
    answering.reject(new DeadlineError(subject, 1_000));
    await expect(sent).rejects.toMatchObject({ name: 'CallCancelledError', answered: false });
  });

  it('ends as it did when nobody has taken it', async () => {
    const nobody = new NoResponderError(subject);
    await expect(send(() => Promise.reject(nobody))).rejects.toBe(nobody);
    caller.abort();
    await nextTurn();
    expect(told).toEqual([]);
  });

  it('lives on when nobody can be told, and says so', async () => {
    const answering = Promise.withResolvers<BusMessage>();
    const sent = send(
      () => answering.promise,
      () => {
        throw new BusClosedError('the hub');
      },
    );
    caller.abort();
    let logged = '';
    await eventually(() => (logged += log.take()) !== '');
    expect(logged).toContain('"oracle" works on to the deadline');
    answering.resolve(answer);
    expect(await sent).toBe(answer);
  });
});
