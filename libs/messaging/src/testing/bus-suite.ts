import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@hawser/testing/eventually';
import {
  type Bus,
  BusClosedError,
  type BusMessage,
  DeadlineError,
  maxPayloadBytes,
  NoResponderError,
  PayloadTooLargeError,
} from '../bus.js';
import { describeBroadcasts } from './broadcast-suite.js';

/** One kind of bus under test: where its connections come from. */
export interface Transport {
  connect(): Promise<Bus>;
  stop(): Promise<void>;
}

const ample = 10_000;

export function message(text = '', headers: Record<string, string> = {}): BusMessage {
  return { data: Buffer.from(text), headers };
}

export function textOf({ data }: BusMessage): string {
  return Buffer.from(data).toString();
}

/** Every run and every test has subjects of its own: a NATS server may be shared. */
export function newSubject(): string {
  return `hawser.test.${randomUUID()}.v1`;
}

/** What every bus promises. */
export function describeBus(name: string, start: () => Promise<Transport>): void {
  describe(`${name}, as a bus`, () => {
    let transport: Transport;
    let caller: Bus;
    let server: Bus;
    let subject: string;

    beforeAll(async () => {
      transport = await start();
    });
    afterAll(() => transport.stop());
    beforeEach(async () => {
      subject = newSubject();
      [caller, server] = await Promise.all([transport.connect(), transport.connect()]);
    });
    afterEach(() => Promise.all([caller.close(), server.close()]));

    const echo = (request: BusMessage): Promise<BusMessage> => Promise.resolve(request);

    it('brings bytes and headers there and back', async () => {
      server.respond(subject, 'group', echo);
      await server.flush();
      const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const answer = await caller.request(
        subject,
        { data, headers: { 'x-one': 'a b:c', 'x-two': '' } },
        ample,
      );
      expect(new Uint8Array(answer.data)).toEqual(data);
      expect(answer.headers).toEqual({ 'x-one': 'a b:c', 'x-two': '' });
    });

    it('carries a message without bytes and without headers', async () => {
      server.respond(subject, 'group', echo);
      await server.flush();
      const answer = await caller.request(subject, message(), ample);
      expect(answer.data.byteLength).toBe(0);
      expect(answer.headers).toEqual({});
    });

    it('shares no memory between the two sides', async () => {
      const sent = Buffer.from('original');
      const answered = Buffer.from('answer');
      let received: BusMessage | undefined;
      server.respond(subject, 'group', (request) => {
        received = request;
        return Promise.resolve({ data: answered, headers: {} });
      });
      await server.flush();
      const answer = await caller.request(subject, { data: sent, headers: {} }, ample);
      sent.fill('x');
      answered.fill('x');
      expect(textOf(received as BusMessage)).toBe('original');
      expect(textOf(answer)).toBe('answer');
    });

    it('never runs a handler inside its caller', async () => {
      let handled = false;
      server.respond(subject, 'group', (request) => {
        handled = true;
        return Promise.resolve(request);
      });
      await server.flush();
      const answer = caller.request(subject, message(), ample);
      await Promise.resolve();
      expect(handled).toBe(false);
      await answer;
      expect(handled).toBe(true);
    });

    it('says at once that nobody is there', async () => {
      const before = Date.now();
      await expect(caller.request(subject, message(), ample)).rejects.toBeInstanceOf(NoResponderError);
      expect(Date.now() - before).toBeLessThan(ample / 2);
    });

    it('says after the deadline that somebody is there but silent', async () => {
      const late = Promise.withResolvers<BusMessage>();
      server.respond(subject, 'group', () => late.promise);
      await server.flush();
      await expect(caller.request(subject, message(), 100)).rejects.toBeInstanceOf(DeadlineError);
      late.resolve(message('too late'));
    });

    it('lives on after a handler that breaks its promise not to reject', async () => {
      server.respond(subject, 'group', (request) =>
        textOf(request) === 'break' ? Promise.reject(new Error('broken')) : Promise.resolve(request),
      );
      await server.flush();
      await expect(caller.request(subject, message('break'), 100)).rejects.toBeInstanceOf(DeadlineError);
      expect(textOf(await caller.request(subject, message('fine'), ample))).toBe('fine');
    });

    it('carries the longest message allowed, and refuses one that is a byte longer', async () => {
      server.respond(subject, 'group', ({ data }) => Promise.resolve(message(String(data.byteLength))));
      await server.flush();
      const longest = { data: new Uint8Array(maxPayloadBytes), headers: {} };
      expect(textOf(await caller.request(subject, longest, ample))).toBe(String(maxPayloadBytes));
      const longer = { data: new Uint8Array(maxPayloadBytes + 1), headers: {} };
      await expect(caller.request(subject, longer, ample)).rejects.toBeInstanceOf(PayloadTooLargeError);
    });

    it('counts headers against the limit, exactly', async () => {
      server.respond(subject, 'group', () => Promise.resolve(message('ok')));
      await server.flush();
      // NATS/1.0␍␊ x-one: abc␍␊ ␍␊
      const headerBytes = 10 + 12 + 2;
      const headers = { 'x-one': 'abc' };
      const longest = { data: new Uint8Array(maxPayloadBytes - headerBytes), headers };
      expect(textOf(await caller.request(subject, longest, ample))).toBe('ok');
      const longer = { data: new Uint8Array(maxPayloadBytes - headerBytes + 1), headers };
      await expect(caller.request(subject, longer, ample)).rejects.toBeInstanceOf(PayloadTooLargeError);
    });

    it.each([
      ['a line break', { 'x-one': 'a\r\nx-two: b' }],
      ['letters beyond ASCII', { 'x-one': 'é' }],
      ['a blank at the end', { 'x-one': 'a ' }],
      ['a name with a colon', { 'x:one': 'a' }],
      ['a name in capitals', { 'X-One': 'a' }],
    ])('refuses a header with %s', async (_, headers) => {
      server.respond(subject, 'group', echo);
      await server.flush();
      await expect(caller.request(subject, message('', headers), ample)).rejects.toBeInstanceOf(TypeError);
    });

    it('gives each request to one member of the group, and to every member a share', async () => {
      const counts = [0, 0];
      const other = await transport.connect();
      [server, other].forEach((bus, index) =>
        bus.respond(subject, 'group', () => {
          counts[index] = (counts[index] ?? 0) + 1;
          return Promise.resolve(message());
        }),
      );
      await Promise.all([server.flush(), other.flush()]);
      await Promise.all(Array.from({ length: 200 }, () => caller.request(subject, message(), ample)));
      await other.close();
      expect(counts.reduce((sum, count) => sum + count)).toBe(200);
      for (const count of counts) expect(count).toBeGreaterThan(40);
    });

    it('answers what it has taken before a drain is done, and takes nothing after', async () => {
      let answered = 0;
      const subscription = server.respond(subject, 'group', async (request) => {
        await delay(50);
        answered += 1;
        return request;
      });
      await server.flush();
      const taken = Array.from({ length: 20 }, () => caller.request(subject, message(), ample));
      await caller.flush();
      await subscription.drain();
      expect(answered).toBe(20);
      expect(await Promise.all(taken)).toHaveLength(20);
      await expect(caller.request(subject, message(), ample)).rejects.toBeInstanceOf(NoResponderError);
      await subscription.drain();
    });

    it('loses no request while one of two members leaves under load', async () => {
      expect(await failuresWhileOneLeaves(transport, caller, subject)).toEqual([]);
    }, 40_000);

    describeBroadcasts(() => ({ transport, caller, server, subject }));

    it('finishes what is in flight before it closes', async () => {
      server.respond(subject, 'group', async (request) => {
        await delay(50);
        return request;
      });
      await server.flush();
      const answer = caller.request(subject, message('hello'), ample);
      await caller.flush();
      await server.close();
      expect(textOf(await answer)).toBe('hello');
    });

    it('fails its own open and later requests when it is closed', async () => {
      const late = Promise.withResolvers<BusMessage>();
      server.respond(subject, 'group', () => late.promise);
      await server.flush();
      const open = expect(caller.request(subject, message(), ample)).rejects.toBeInstanceOf(BusClosedError);
      await caller.flush();
      await caller.close();
      await open;
      await expect(caller.request(subject, message(), ample)).rejects.toBeInstanceOf(BusClosedError);
      expect(() => caller.respond(subject, 'group', echo)).toThrow(BusClosedError);
      await caller.close();
      late.resolve(message());
    });
  });
}

/** 50 callers without a pause; after some thousand requests one of two members closes, and as many come after. */
async function failuresWhileOneLeaves(
  transport: Transport,
  caller: Bus,
  subject: string,
): Promise<unknown[]> {
  const members = await Promise.all([transport.connect(), transport.connect()]);
  for (const member of members) {
    member.respond(subject, 'group', async (request) => {
      await delay(2);
      return request;
    });
    await member.flush();
  }
  const failures: unknown[] = [];
  let requests = 0;
  let over = false;
  const callers = Array.from({ length: 50 }, async (_, index) => {
    while (!over) {
      requests += 1;
      const body = `${index}/${requests}`;
      const answer = await caller.request(subject, message(body), ample).catch((error: unknown) => error);
      if (answer instanceof Error || textOf(answer as BusMessage) !== body) failures.push(answer);
    }
  });
  try {
    await eventually(() => requests > 2_000);
    await members[0]?.close();
    const before = requests;
    await eventually(() => requests > before + 2_000);
  } finally {
    over = true;
  }
  await Promise.all(callers);
  await members[1]?.close();
  return failures;
}
