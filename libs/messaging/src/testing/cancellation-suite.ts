import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type CallContext, ServiceError } from '@hawser/contracts';
import { eventually } from '@hawser/testing/eventually';
import { Logger } from '@nestjs/common';
import type { Bus } from '../bus.js';
import { BusClient } from '../bus-client.js';
import { cancellationOf, cancellationSubject, withCallId } from '../cancellation/cancellation-message.js';
import { contextToHeaders } from '../context-headers.js';
import { serviceOf } from '../service-of.js';
import { textOf, type Transport } from './bus-suite.js';
import { type Holding, holding } from './holding.js';
import { context } from './probe.context.js';
import { hold, insist, relay, type Report } from './probe.contracts.js';
import { type ProbeService, startService } from './probe.service.js';
import { RecordedLog } from './recorded-log.js';

const cancelled = { code: 'cancelled' };

/** How calls end over any bus when nobody waits for them any more. */
export function describeCancellation(name: string, start: () => Promise<Transport>): void {
  describe(`${name}, when a caller leaves`, () => {
    let transport: Transport;
    let buses: Bus[];
    let callerBus: Bus;
    let client: BusClient;
    let holder: Holding;
    let service: ProbeService;
    let log: RecordedLog;

    const connect = async (): Promise<Bus> => {
      const bus = await transport.connect();
      buses.push(bus);
      return bus;
    };
    const call = (caller: AbortController, request: { name: string; forMs?: number }): Promise<Report> =>
      client.call(hold, request, { ...context, signal: caller.signal });
    const sendRaw = (callId: string, request: object, deadlineMs: number): Promise<string> => {
      const headers = contextToHeaders(context, Date.now() + deadlineMs);
      const message = withCallId({ data: Buffer.from(JSON.stringify(request)), headers }, callId);
      return callerBus.request(hold.subject, message, 15_000).then(textOf);
    };

    beforeAll(async () => {
      log = RecordedLog.install();
      transport = await start();
    });
    beforeEach(async () => {
      buses = [];
      callerBus = await connect();
      client = new BusClient(callerBus);
      holder = holding();
      service = await startService(await connect(), holder);
      log.take();
    });
    afterEach(async () => {
      await service.close();
      await Promise.all(buses.map((bus) => bus.close()));
    });
    afterAll(async () => {
      await transport.stop();
      Logger.overrideLogger(false);
    });

    it('stops the work, answers "cancelled", and logs nothing', async () => {
      const caller = new AbortController();
      const answer = expect(call(caller, { name: 'a' })).rejects.toMatchObject(cancelled);
      await eventually(() => holder.running.has('a'));
      caller.abort();
      await answer;
      expect(holder.running.size).toBe(0);
      expect(log.take()).toBe('');
    });

    it('tells the caller why, where its signal says so in our words', async () => {
      const caller = new AbortController();
      const why = new ServiceError('cancelled', 'the client left before its answer');
      const answer = expect(call(caller, { name: 'a' })).rejects.toBe(why);
      await eventually(() => holder.running.has('a'));
      caller.abort(why);
      await answer;
    });

    it('stops it in the process that has it, and nothing else anywhere', async () => {
      const other = holding();
      const second = await startService(await connect(), other);
      const callers = Array.from({ length: 40 }, () => new AbortController());
      const answers = callers.map((caller, index) =>
        call(caller, { name: String(index) }).catch((error: ServiceError) => error.code),
      );
      await eventually(() => holder.running.size + other.running.size === callers.length);
      const [ofFirst, ofSecond] = [holder, other].map(({ running }) => [...running.keys()]);
      expect(ofFirst?.length).toBeGreaterThan(0);
      expect(ofSecond?.length).toBeGreaterThan(0);
      const gone = ofFirst?.[0] as string;
      callers[Number(gone)]?.abort();
      expect(await answers[Number(gone)]).toBe('cancelled');
      // What is told to one of them is told to the other before this.
      await Promise.all(buses.map((bus) => bus.barrier()));
      expect([...holder.running.keys()]).toEqual(ofFirst?.slice(1));
      expect([...other.running.keys()]).toEqual(ofSecond);
      for (const caller of callers) caller.abort();
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['cancelled']));
      await second.close();
    });

    it('stops it even when it leaves at the moment of the call', async () => {
      for (let round = 0; round < 100; round += 1) {
        const caller = new AbortController();
        const answer = call(caller, { name: String(round) });
        caller.abort();
        await expect(answer).rejects.toMatchObject(cancelled);
      }
      expect(holder.begun).toHaveLength(100);
      expect(holder.running.size).toBe(0);
    });

    it('does not send what has not left yet, whatever the contract', async () => {
      const gone = { ...context, signal: AbortSignal.abort() };
      await expect(client.call(hold, { name: 'a' }, gone)).rejects.toMatchObject(cancelled);
      await expect(client.call(insist, { name: 'b' }, gone)).rejects.toMatchObject(cancelled);
      const narrow = new BusClient(callerBus, { inFlight: 1 });
      const [first, second] = [new AbortController(), new AbortController()];
      const running = narrow.call(hold, { name: 'c' }, { ...context, signal: first.signal });
      const waiting = narrow.call(hold, { name: 'd' }, { ...context, signal: second.signal });
      second.abort();
      await expect(waiting).rejects.toMatchObject(cancelled);
      await eventually(() => holder.running.has('c'));
      first.abort();
      await expect(running).rejects.toMatchObject(cancelled);
      expect(holder.begun).toEqual(['c']);
    });

    it('does nothing once there is an answer', async () => {
      const caller = new AbortController();
      const answer = call(caller, { name: 'a', forMs: 200 });
      await eventually(() => holder.running.has('a'));
      const signal = holder.running.get('a');
      expect(await answer).toEqual({ text: 'done' });
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      caller.abort();
      await Promise.all(buses.map((bus) => bus.barrier()));
      expect(signal?.aborted).toBe(false);
    });

    it('waits for what cannot be cancelled', async () => {
      const caller = new AbortController();
      const answer = client.call(insist, { name: 'a', forMs: 300 }, { ...context, signal: caller.signal });
      await eventually(() => holder.running.has('a'));
      expect(holder.running.get('a')).toBeUndefined();
      caller.abort();
      expect(await answer).toEqual({ text: 'done' });
    });

    it('stops the work at its deadline, with nobody telling', async () => {
      expect(await sendRaw('a', { name: 'a' }, 500)).toContain('"service_timeout"');
      expect(holder.running.size).toBe(0);
      const brief: CallContext = { ...context, deadlineAtMs: Date.now() + 500 };
      await expect(client.call(hold, { name: 'b' }, brief)).rejects.toMatchObject({
        code: 'service_timeout',
      });
      await eventually(() => holder.running.size === 0);
      expect(log.take()).toBe('');
    });

    it('stops a thousand at once, those that wait for their turn included, and keeps nothing of them', async () => {
      const caller = new AbortController();
      const answers = Array.from({ length: 1_000 }, (_, index) =>
        call(caller, { name: String(index) }).catch((error: ServiceError) => error.code),
      );
      await eventually(() => holder.running.size === 512);
      caller.abort();
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['cancelled']));
      expect(holder.running.size).toBe(0);
      expect(holder.begun).toHaveLength(512);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    });

    it('stops what a service asked of another on its behalf', async () => {
      const front = holding(new BusClient(await connect()));
      const frontService = await startService(await connect(), { ...front, service: 'front' });
      const caller = new AbortController();
      const answer = client.call(relay, { name: 'a' }, { ...context, signal: caller.signal });
      const ended = expect(answer).rejects.toMatchObject(cancelled);
      await eventually(() => holder.running.has('a'));
      expect(front.running.has('a')).toBe(true);
      caller.abort();
      await ended;
      expect([front.running.size, holder.running.size]).toEqual([0, 0]);
      expect(log.take()).toBe('');
      await frontService.close();
    });

    it('still stops the work of a service that is closing, which waits for it', async () => {
      const caller = new AbortController();
      const answer = expect(call(caller, { name: 'a' })).rejects.toMatchObject(cancelled);
      await eventually(() => holder.running.has('a'));
      let closed = false;
      const closing = service.close().then(() => (closed = true));
      await delay(50);
      expect(closed).toBe(false);
      caller.abort();
      await answer;
      await closing;
      expect(holder.running.size).toBe(0);
    });

    it('ignores cancellations that nobody can have sent', async () => {
      const subject = cancellationSubject(serviceOf(hold.subject));
      const running = sendRaw('the id', { name: 'a', forMs: 300 }, 15_000);
      await eventually(() => holder.running.has('a'));
      const noise = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 167) % 256));
      for (const data of [
        Buffer.alloc(0),
        noise,
        Buffer.alloc(1024 * 1024, 'x'),
        Buffer.from([0xff, 0xfe]),
      ]) {
        callerBus.broadcast(subject, { data, headers: {} });
      }
      for (const text of ['{', 'null', '{"call_id":"the id"}', 'THE ID', '__proto__', 'constructor']) {
        callerBus.broadcast(subject, { data: Buffer.from(text), headers: { 'hawser-context': '{' } });
      }
      expect(await running).toBe('{"text":"done"}');
      expect(log.take()).toBe('');
    });

    it('lets a call be whose cancellation came before it, or was meant for one that had its id', async () => {
      const subject = cancellationSubject(serviceOf(hold.subject));
      callerBus.broadcast(subject, cancellationOf('early'));
      expect(await sendRaw('early', { name: 'a', forMs: 1 }, 15_000)).toBe('{"text":"done"}');
      const twice = [
        sendRaw('same', { name: 'b', forMs: 500 }, 15_000),
        sendRaw('same', { name: 'c' }, 15_000),
      ];
      await eventually(() => holder.begun.includes('c'));
      callerBus.broadcast(subject, cancellationOf('same'));
      expect((await Promise.all(twice)).map((answer) => answer.includes('"cancelled"'))).toEqual([
        false,
        true,
      ]);
    });
  });
}
