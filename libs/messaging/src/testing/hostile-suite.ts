import fc from 'fast-check';
import type { Bus, BusMessage } from '../bus.js';
import { BusClient } from '../bus-client.js';
import { contextToHeaders } from '../context-headers.js';
import { type Transport, textOf } from './bus-suite.js';
import { context } from './probe.context.js';
import * as probe from './probe.contracts.js';
import { type ProbeService, startService } from './probe.service.js';

/** What no client of ours sends, but a service has to live through. */
export function describeHostileMessages(name: string, start: () => Promise<Transport>): void {
  describe(`${name}, when messages are hostile`, () => {
    let transport: Transport;
    let buses: [Bus, Bus];
    let service: ProbeService;

    beforeAll(async () => {
      transport = await start();
      buses = [await transport.connect(), await transport.connect()];
      service = await startService(buses[1]);
    });
    afterAll(async () => {
      await service.close();
      await Promise.all(buses.map((bus) => bus.close()));
      await transport.stop();
    });

    const sendRaw = (
      subject: string,
      data: Uint8Array,
      headers?: Record<string, string>,
    ): Promise<BusMessage> =>
      buses[0].request(
        subject,
        { data, headers: headers ?? contextToHeaders(context, Date.now() + 5_000) },
        5_000,
      );
    const codeOf = (answer: BusMessage): unknown => (JSON.parse(textOf(answer)) as { code?: unknown }).code;

    it.each([
      ['nothing', ''],
      ['null', 'null'],
      ['a list', '[{"text":"a"}]'],
      ['a number', '1'],
      ['a string', '"text"'],
      ['half of it', '{"text":"a"'],
      ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
      ['100,000 lists in each other', `{"text":"a","free":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`],
    ])('answers "malformed_message" to %s', async (_, body) => {
      expect(codeOf(await sendRaw(probe.echo.subject, Buffer.from(body)))).toBe('malformed_message');
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'refuses a field named %s, which would be lost, at any depth',
      async (field) => {
        const top = await sendRaw(probe.echo.subject, Buffer.from(`{"text":"a","${field}":{"x":1}}`));
        expect(codeOf(top)).toBe('validation_failed');
        const deep = await sendRaw(
          probe.echo.subject,
          Buffer.from(`{"text":"a","free":{"b":[{"${field}":1}]}}`),
        );
        expect(textOf(deep)).toContain(`free.b.0.${field}`);
      },
    );

    it('answers "malformed_message" to headers that hold no context', async () => {
      const good = contextToHeaders(context, Date.now() + 60_000);
      const withContext = (fields: object): Record<string, string> => ({
        ...good,
        'hawser-context': JSON.stringify({ ...context, idempotencyKey: 'once', ...fields }),
      });
      const bad: Record<string, string>[] = [
        {},
        ...['', '{', 'null', '[]', '7', '{}'].map((text) => ({ ...good, 'hawser-context': text })),
        withContext({ requestId: 7 }),
        withContext({ actor: { kind: 'god', id: '1' } }),
        withContext({ actor: [] }),
        withContext({ workspaceId: {} }),
        withContext({ idempotencyKey: null }),
        withContext({ agent: 'agt_1' }),
        withContext({ agent: { id: 'agt_1' } }),
      ];
      for (const headers of bad) {
        expect(codeOf(await sendRaw(probe.echo.subject, Buffer.from('{"text":"a"}'), headers))).toBe(
          'malformed_message',
        );
      }
    });

    it('lives through hundreds of bodies of any kind, and answers each', async () => {
      const body = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.json({ maxDepth: 6 }).map((json) => Buffer.from(json)),
        fc
          .record(
            {
              text: fc.oneof(fc.string(), fc.anything()),
              parts: fc.oneof(
                fc.array(fc.record({ name: fc.anything(), count: fc.anything() })),
                fc.anything(),
              ),
              part: fc.anything(),
              free: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.jsonValue()),
            },
            { requiredKeys: [] },
          )
          .map((order) => Buffer.from(stringifyAnything(order))),
        fc.json().map((json) => Buffer.from(json).subarray(0, Math.ceil(json.length / 2))),
      );
      await fc.assert(
        fc.asyncProperty(body, async (bytes) => {
          const answer = await sendRaw(probe.echo.subject, bytes);
          const code = codeOf(answer);
          expect([undefined, 'malformed_message', 'validation_failed']).toContain(code);
          if (code === undefined)
            expect(typeof (JSON.parse(textOf(answer)) as { text: unknown }).text).toBe('string');
        }),
        { numRuns: 500 },
      );
      expect(await new BusClient(buses[0]).call(probe.echo, { text: 'alive' }, context)).toEqual({
        text: 'alive',
      });
    });

    it('lives through hundreds of context headers of any kind, and answers each', async () => {
      const ascii = (text: string): string => text.replace(/[^\x21-\x7e]/g, '');
      const anything = fc.jsonValue({ maxDepth: 2 });
      const fields = fc.record(
        {
          requestId: anything,
          workspaceId: anything,
          actor: fc.oneof(anything, fc.record({ kind: anything, id: anything, role: anything })),
          agent: fc.oneof(anything, fc.record({ id: anything, crew_id: anything, owner_id: anything })),
          idempotencyKey: anything,
          deadlineAtMs: anything,
        },
        { requiredKeys: [] },
      );
      const whole = { requestId: 'r', actor: context.actor };
      const headers = fc.record(
        {
          traceparent: fc.string().map(ascii),
          'hawser-context': fc.oneof(
            fc.string().map(ascii),
            fc.json({ maxDepth: 3 }).map(ascii),
            fields.map((some) => ascii(JSON.stringify({ ...whole, ...some }))),
          ),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(headers, async (some) => {
          const mixed = { ...contextToHeaders(context, Date.now() + 60_000), ...some };
          const answer = await sendRaw(probe.inspect.subject, Buffer.from('{}'), mixed);
          expect([undefined, 'malformed_message', 'service_timeout']).toContain(codeOf(answer));
        }),
        { numRuns: 300 },
      );
    });
  });
}

/** JSON of whatever has a JSON form in it. */
function stringifyAnything(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  } catch {
    return '{"text":';
  }
}
