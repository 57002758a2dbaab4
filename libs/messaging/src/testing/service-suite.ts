import { type CallContext, ServiceError } from '@hawser/contracts';
import { eventually } from '@hawser/testing/eventually';
import { Controller } from '@nestjs/common';
import type { Bus } from '../bus.js';
import { BusClient } from '../bus-client.js';
import { contextToHeaders } from '../context-headers.js';
import { Handles } from '../handles.js';
import { type Transport, textOf } from './bus-suite.js';
import { context } from './probe.context.js';
import * as probe from './probe.contracts.js';
import { ProbeController } from './probe.controller.js';
import { type ProbeService, startService } from './probe.service.js';

@Controller()
class EchoAgain {
  @Handles(probe.echo)
  echo({ text }: probe.Order): Promise<probe.Report> {
    return Promise.resolve({ text });
  }
}

/** What a client and a Nest service do with each other over any bus. */
export function describeService(name: string, start: () => Promise<Transport>): void {
  describe(`${name}, between a client and a Nest service`, () => {
    let transport: Transport;
    let buses: Bus[];
    let client: BusClient;
    let callerBus: Bus;
    let service: ProbeService;

    const connect = async (): Promise<Bus> => {
      const bus = await transport.connect();
      buses.push(bus);
      return bus;
    };

    beforeAll(async () => {
      transport = await start();
      buses = [];
      callerBus = await connect();
      client = new BusClient(callerBus, { absenceMs: 100 });
      service = await startService(await connect());
    });
    afterAll(async () => {
      await service.close();
      await Promise.all(buses.map((bus) => bus.close()));
      await transport.stop();
    });

    const failureOf = async (call: Promise<unknown>): Promise<ServiceError> => {
      const error: unknown = await call.then(
        () => 'no failure',
        (failure: unknown) => failure,
      );
      expect(error).toBeInstanceOf(ServiceError);
      return error as ServiceError;
    };
    it('answers a call', async () => {
      expect(await client.call(probe.echo, { text: 'héllo ✓' }, context)).toEqual({ text: 'héllo ✓' });
    });

    it('answers lists and nothing', async () => {
      expect(await client.call(probe.list, {}, context)).toEqual([{ count: 1 }, { count: 2 }]);
      expect(await client.call(probe.tell, { text: '' }, context)).toBeUndefined();
    });

    it('gives the bytes of an answer unparsed', async () => {
      const bytes = await client.callRaw(probe.echo, { text: 'raw' }, context);
      expect(Buffer.from(bytes).toString()).toBe('{"text":"raw"}');
      const error = await failureOf(client.callRaw(probe.fail, { text: 'named' }, context));
      expect(error.code).toBe('not_found');
    });

    it('brings the context, whatever characters are in it, and the request as an instance of its class', async () => {
      const answer = await client.call(probe.inspect, {}, context);
      const seen = JSON.parse(answer.text) as { type: string; context: CallContext };
      expect(seen.type).toBe('Nothing');
      expect(seen.context).toEqual({
        ...context,
        traceparent: expect.stringMatching(
          /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/,
        ) as unknown,
        idempotencyKey: 'once "é"\r\n %41 ✓ \ufffd',
        deadlineAtMs: expect.any(Number) as unknown,
      });
      expect(seen.context.traceparent).not.toBe(context.traceparent);
    });

    it('brings an error of the contract with its code, message and details', async () => {
      const error = await failureOf(client.call(probe.fail, { text: 'named' }, context));
      expect(error).toMatchObject({ code: 'not_found', message: 'no such thing: "é\n"' });
      expect(error.details).toEqual({ kind: 'thing', id: 'x' });
    });

    it('brings an error that any call can have, without the contract naming it', async () => {
      const error = await failureOf(client.call(probe.fail, { text: 'universal' }, context));
      expect(error).toMatchObject({ code: 'service_timeout', details: { service: 'other' } });
    });

    it.each(['unnamed', 'plain', 'text', 'nothing', 'details', 'huge'])(
      'answers "internal" and tells nothing when a handler fails with: %s',
      async (text) => {
        const error = await failureOf(client.call(probe.fail, { text }, context));
        expect(error).toMatchObject({
          code: 'internal',
          message: 'something went wrong on our side',
          details: {},
        });
      },
    );

    it('answers "internal" when a guard refuses', async () => {
      expect(await failureOf(client.call(probe.guarded, {}, context))).toMatchObject({ code: 'internal' });
    });

    it('lets interceptors change an answer and leaves errors behind them whole', async () => {
      expect(await client.call(probe.wrapped, { text: 'loud' }, context)).toEqual({ text: 'LOUD' });
      const error = await failureOf(client.call(probe.wrapped, { text: 'fail' }, context));
      expect(error).toMatchObject({ code: 'name_taken', message: 'taken' });
    });

    it('says which service is not there', async () => {
      const error = await failureOf(client.call(probe.absent, {}, context));
      const [, name] = probe.absent.subject.split('.');
      expect(error).toMatchObject({ code: 'service_unavailable', details: { service: name } });
      expect(error.message).toContain(`"${name}"`);
    });

    it('says which service is too slow, while the handler runs on', async () => {
      const error = await failureOf(client.call(probe.wait, {}, context));
      expect(error).toMatchObject({ code: 'service_timeout' });
      expect(error.message).toContain(`${probe.wait.deadlineMs} ms`);
      expect(ProbeController.waiting).toHaveLength(1);
      ProbeController.waiting.pop()?.();
      await eventually(() => ProbeController.awake === 1);
    });

    it('does not begin what arrives after its deadline', async () => {
      const headers = contextToHeaders(context, Date.now() - 1_000);
      const late = { data: Buffer.from('{"text":"late"}'), headers };
      expect(textOf(await callerBus.request(probe.echo.subject, late, 5_000))).toContain('service_timeout');
    });

    it('refuses a request that is too long to send', async () => {
      const error = await failureOf(client.call(probe.echo, { text: 'x'.repeat(9 * 1024 * 1024) }, context));
      expect(error).toMatchObject({ code: 'payload_too_large', details: { limit_bytes: 8 * 1024 * 1024 } });
    });

    it('answers with an error where an answer is too long to send', async () => {
      const error = await failureOf(client.call(probe.grow, { count: 9 * 1024 * 1024 }, context));
      expect(error).toMatchObject({ code: 'payload_too_large' });
      const fits = 8 * 1024 * 1024 - '{"text":""}'.length;
      expect((await client.call(probe.grow, { count: fits }, context)).text).toHaveLength(fits);
      expect(await failureOf(client.call(probe.grow, { count: fits + 1 }, context))).toMatchObject({
        code: 'payload_too_large',
      });
    });

    it.each(['cycle', 'bigint', 'nothing', 'null', 'list', 'text'])(
      'answers "internal" where a handler answers what its contract does not promise: %s',
      async (text) => {
        expect(await failureOf(client.call(probe.twist, { text }, context))).toMatchObject({
          code: 'internal',
        });
      },
    );

    it('says which fields are wrong, with paths and with values that are not secret', async () => {
      const wrong = { text: 5, secret: 6, parts: [{ name: 'a' }, { name: 7, more: 1 }], password: 'hunter2' };
      const error = await failureOf(client.call(probe.echo, wrong as unknown as probe.Order, context));
      expect(error.code).toBe('validation_failed');
      expect(error.details.errors).toEqual(
        expect.arrayContaining([
          { field: 'text', message: expect.stringContaining('must be a string') as unknown, value: 5 },
          { field: 'secret', message: expect.stringContaining('must be a string') as unknown },
          { field: 'parts.1.name', message: 'must be a string', value: 7 },
          { field: 'parts.1.more', message: 'is not a known field' },
          { field: 'password', message: 'is not a known field' },
        ]),
      );
      expect(error.details.errors).toHaveLength(5);
      expect(error.message).not.toContain('hunter2');
    });

    it('shares calls between two servers of a service', async () => {
      const second = await startService(await connect());
      ProbeController.echoing.clear();
      await Promise.all(Array.from({ length: 50 }, () => client.call(probe.echo, { text: 'x' }, context)));
      expect(ProbeController.echoing.size).toBe(2);
      await second.close();
    });

    it('refuses two handlers for one subject', async () => {
      const bus = await connect();
      await expect(startService(bus, { controllers: [ProbeController, EchoAgain] })).rejects.toThrow(
        `two handlers for "${probe.echo.subject}"`,
      );
    });

    it('loses no call while one of two servers stops under load', async () => {
      const leaving = await startService(await connect());
      const failures: unknown[] = [];
      let calls = 0;
      let over = false;
      const callers = Array.from({ length: 50 }, async () => {
        while (!over) {
          calls += 1;
          await client
            .call(probe.echo, { text: 'x' }, context)
            .catch((error: unknown) => failures.push(error));
        }
      });
      try {
        await eventually(() => calls > 2_000);
        await leaving.close();
        const before = calls;
        await eventually(() => calls > before + 2_000);
      } finally {
        over = true;
      }
      await Promise.all(callers);
      expect(failures).toEqual([]);
    }, 40_000);
  });
}
