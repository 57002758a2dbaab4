import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { trace } from '@opentelemetry/api';
import { startTracing } from './tracing.js';

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
afterAll(() => collector.close());

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
