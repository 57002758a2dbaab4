import { setTimeout as delay } from 'node:timers/promises';
import { type CallContext, ServiceError } from '@hawser/contracts';
import { Controller } from '@nestjs/common';
import { context as otelContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { BusClient } from './bus-client.js';
import { Consumes } from './consumes.js';
import type { EventContext } from './events.js';
import { Handles } from './handles.js';
import { currentCall } from './in-call.js';
import { InProcessEvents } from './in-process-events.js';
import { MemoryHub } from './memory-bus.js';
import { context } from './testing/probe.context.js';
import { echo, fail, happened, type Hold, hold, type Order, type Report } from './testing/probe.contracts.js';
import { type ProbeService, startService } from './testing/probe.service.js';
import { RecordedLog } from './testing/recorded-log.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';

/** What a handler was given and found around itself. */
interface Seen {
  context: CallContext | EventContext;
  call: ReturnType<typeof currentCall>;
}

@Controller()
class Traced {
  static seen: Seen | undefined;

  @Handles(echo)
  echo({ text }: Order, callContext: CallContext): Promise<Report> {
    Traced.seen = { context: callContext, call: currentCall() };
    trace.getTracer('test').startSpan('SELECT').end();
    return Promise.resolve({ text });
  }

  @Handles(fail)
  fail({ text }: Order): Promise<Report> {
    return Promise.reject(text === 'named' ? new ServiceError('not_found', 'canary') : new Error('canary'));
  }

  @Handles(hold)
  async hold(_: Hold, { signal }: CallContext): Promise<Report> {
    await delay(60_000, undefined, { signal });
    return { text: 'done' };
  }

  @Consumes(happened)
  happened(_: Order, event: EventContext): Promise<void> {
    Traced.seen = { context: event, call: currentCall() };
    trace.getTracer('test').startSpan('SELECT').end();
    return Promise.resolve();
  }
}

describe('traces', () => {
  RecordedLog.install();
  const hub = new MemoryHub();
  const events = new InProcessEvents();
  const client = new BusClient(hub.connect());
  const exporter = new InMemorySpanExporter();
  let service: ProbeService;

  beforeAll(async () => {
    service = await startService(hub.connect(), { controllers: [Traced], events });
  });
  afterEach(() => {
    trace.disable();
    otelContext.disable();
    exporter.reset();
  });
  afterAll(() => service.close());

  const record = (sampler = new AlwaysOnSampler()): void => {
    otelContext.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors, sampler }));
  };
  const spanOf = (name: string, kind: SpanKind = SpanKind.INTERNAL): ReadableSpan => {
    const found = exporter.getFinishedSpans().filter((span) => span.name === name && span.kind === kind);
    expect(found).toHaveLength(1);
    return found[0] as ReadableSpan;
  };
  const publish = (): Promise<void> =>
    events.publish({
      id: 'evt_1',
      subject: happened.subject,
      occurred_at: '2026-01-02T03:04:05.000Z',
      workspace_id: 'ws_1',
      actor: context.actor,
      request_id: 'req_1',
      traceparent: `00-${traceId}-${callerSpanId}-01`,
      data: { text: 'told' },
    });

  it('go from the call to its handling to what is done within, as one', async () => {
    record();
    await client.call(echo, { text: 'x' }, context);
    const call = spanOf(echo.subject, SpanKind.CLIENT);
    const handling = spanOf(echo.subject, SpanKind.SERVER);
    const query = spanOf('SELECT');
    expect([call, handling, query].map((span) => span.spanContext().traceId)).toEqual(Array(3).fill(traceId));
    expect(call.parentSpanContext?.spanId).toBe(callerSpanId);
    expect(handling.parentSpanContext?.spanId).toBe(call.spanContext().spanId);
    expect(query.parentSpanContext?.spanId).toBe(handling.spanContext().spanId);
    expect(call.attributes).toEqual({
      'messaging.system': 'nats',
      'messaging.destination.name': echo.subject,
    });
    expect(call.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('continue the span that is active, rather than what the context was made with', async () => {
    record();
    const outer = trace.getTracer('test').startSpan('outer');
    const active = trace.setSpan(otelContext.active(), outer);
    await otelContext.with(active, () => client.call(echo, { text: 'x' }, context));
    outer.end();
    const call = spanOf(echo.subject, SpanKind.CLIENT);
    expect(call.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });

  it('give the handler its own span to pass on, in its context and in its log lines', async () => {
    record();
    await client.call(echo, { text: 'x' }, context);
    const handling = spanOf(echo.subject, SpanKind.SERVER).spanContext();
    const own = `00-${traceId}-${handling.spanId}-01`;
    expect(Traced.seen).toMatchObject({
      context: { traceparent: own },
      call: { requestId: 'req_1', traceparent: own },
    });
  });

  it('name the code of what failed, and nothing else of it', async () => {
    record();
    await client.call(fail, { text: 'named' }, context).catch(() => undefined);
    const [refused, refusal] = [SpanKind.CLIENT, SpanKind.SERVER].map((kind) => spanOf(fail.subject, kind));
    expect([refused, refusal].map((span) => span?.attributes['hawser.code'])).toEqual(
      Array(2).fill('not_found'),
    );
    expect(refused?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not_found' });
    // The service did what it should.
    expect(refusal?.status.code).toBe(SpanStatusCode.UNSET);
    exporter.reset();
    await client.call(fail, { text: 'plain' }, context).catch(() => undefined);
    const handling = spanOf(fail.subject, SpanKind.SERVER);
    expect(handling.status).toEqual({ code: SpanStatusCode.ERROR, message: 'internal' });
    expect(JSON.stringify([handling.attributes, handling.events, handling.status])).not.toContain('canary');
  });

  it('end as cancelled on both sides when the caller leaves, which is no fault of the service', async () => {
    record();
    const caller = new AbortController();
    const call = client.call(hold, { name: 'a' }, { ...context, signal: caller.signal });
    caller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    const spans = [SpanKind.CLIENT, SpanKind.SERVER].map((kind) => spanOf(hold.subject, kind));
    expect(spans.map(({ attributes, status }) => [attributes['hawser.code'], status.code])).toEqual([
      ['cancelled', SpanStatusCode.ERROR],
      ['cancelled', SpanStatusCode.UNSET],
    ]);
  });

  it('go on from an event to its consumer', async () => {
    record();
    await publish();
    const consuming = spanOf(happened.subject, SpanKind.CONSUMER);
    expect(consuming.parentSpanContext?.spanId).toBe(callerSpanId);
    expect(spanOf('SELECT').parentSpanContext?.spanId).toBe(consuming.spanContext().spanId);
    const own = `00-${traceId}-${consuming.spanContext().spanId}-01`;
    expect(Traced.seen).toMatchObject({
      context: { traceparent: own },
      call: { requestId: 'req_1', traceparent: own },
    });
  });

  it('say on the way that they are not sampled', async () => {
    record(new AlwaysOffSampler());
    await client.call(echo, { text: 'x' }, context);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(Traced.seen?.context.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  });

  it('are continued step by step where nobody records them', async () => {
    await client.call(echo, { text: 'x' }, context);
    expect(Traced.seen?.context.traceparent).toMatch(
      new RegExp(`^00-${traceId}-(?!${callerSpanId})[0-9a-f]{16}-01$`),
    );
    expect(Traced.seen?.call?.traceparent).toBe(Traced.seen?.context.traceparent);
    await publish();
    expect(Traced.seen?.call).toMatchObject({
      requestId: 'req_1',
      traceparent: `00-${traceId}-${callerSpanId}-01`,
    });
  });
});
