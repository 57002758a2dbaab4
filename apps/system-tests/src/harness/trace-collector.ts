import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
}

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp-request, in JSON. */
interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

interface Received extends Span {
  service: string;
}

/** Takes the spans that the programs send, as an OpenTelemetry collector would. */
export class TraceCollector {
  private readonly received: Received[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void json(request).then((body) => {
        this.take(body as Export);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<TraceCollector> {
    const collector = new TraceCollector();
    await once(collector.server.listen(0, '127.0.0.1'), 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All that it was told, as text. */
  get text(): string {
    return JSON.stringify(this.received);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await once(this.server.close(), 'close');
  }

  private take({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const name = resource.attributes.find(({ key }) => key === 'service.name');
      const service = name?.value.stringValue ?? '';
      for (const { spans } of scopeSpans) this.received.push(...spans.map((span) => ({ ...span, service })));
    }
  }

  /** The spans of a trace below one of its spans, a line each, indented by two spaces a level, in the order of time. */
  tree(traceId: string, below: string): string[] {
    const ofTrace = this.received
      .filter((span) => span.traceId === traceId)
      .sort((one, other) => one.startTimeUnixNano.localeCompare(other.startTimeUnixNano));
    const linesBelow = (parent: string, indent: string): string[] =>
      ofTrace
        .filter(({ parentSpanId }) => parentSpanId === parent)
        .flatMap(({ service, name, spanId }) => [
          `${indent}${service}: ${name}`,
          ...linesBelow(spanId, `${indent}  `),
        ]);
    return linesBelow(below, '');
  }

  /** How many spans it knows of a trace. */
  count(traceId: string): number {
    return this.received.filter((span) => span.traceId === traceId).length;
  }
}
