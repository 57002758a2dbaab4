import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { context, trace } from '@opentelemetry/api';
import { startTracing } from './tracing.js';

/** A stop waits 2 s for a collector, an export 10 s. */
const stoppedWithinMs = 6_000;

interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeSpans: { spans: { name: string }[] }[];
  }[];
}

let collector: Server;
const received: { path: string | undefined; body: Export }[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void json(request).then((body) => {
      received.push({ path: request.url, body: body as Export });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
});
afterAll(() => {
  collector.close();
  collector.closeAllConnections();
});
afterEach(() => {
  trace.disable();
  context.disable();
});

it('sends what was recorded to the collector, at the latest when it stops', async () => {
  const { port } = collector.address() as AddressInfo;
  const tracing = startTracing({ service: 'bindings', endpoint: `http://127.0.0.1:${port}/`, ratio: 1 });
  trace.getTracer('test').startSpan('a step').end();
  await tracing.stop();

  expect(received).toHaveLength(1);
  expect(received[0]?.path).toBe('/v1/traces');
  const [spans] = received[0]?.body.resourceSpans ?? [];
  expect(spans?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'hawser-bindings' },
  });
  expect(spans?.scopeSpans[0]?.spans).toMatchObject([{ name: 'a step' }]);
});

it.each([
  ['is away', (): Promise<void> => Promise.resolve()],
  ['is silent', (silent: Server): Promise<unknown> => once(silent.listen(0, '127.0.0.1'), 'listening')],
])('does not hold up the stop when the collector %s', async (_, begin) => {
  const silent = createServer(() => undefined);
  await begin(silent);
  const port = (silent.address() as AddressInfo | null)?.port ?? 1;
  const tracing = startTracing({ service: 'bindings', endpoint: `http://127.0.0.1:${port}`, ratio: 1 });
  trace.getTracer('test').startSpan('a step').end();
  const began = performance.now();
  await tracing.stop();
  expect(performance.now() - began).toBeLessThan(stoppedWithinMs);
  silent.close();
  silent.closeAllConnections();
});
