import type { ErrorCode } from '@hawser/contracts';
import {
  type Attributes,
  type Context,
  context,
  ProxyTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { isTraceparent } from './traceparent.js';

/** What is wrong on our side, as the HTTP conventions tell a failed server from a wrong request. */
const serverFaults: readonly ErrorCode[] = [
  'internal',
  'service_unavailable',
  'service_timeout',
  'secret_encryption_unavailable',
];

/** The span of a call, below the active span, else below `traceparent`. Undefined where nobody records traces. */
export function startClientSpan(subject: string, traceparent: string | undefined): Span | undefined {
  const tracer = recordingTracer();
  if (tracer === undefined) return undefined;
  const active = context.active();
  const parent = trace.getSpan(active) === undefined ? contextOf(traceparent, active) : active;
  return start(tracer, SpanKind.CLIENT, subject, parent);
}

/** The span of a request's or an event's handling, below the `traceparent` that came with it. */
export function startHandlerSpan(
  kind: SpanKind.SERVER | SpanKind.CONSUMER,
  subject: string,
  traceparent: string | undefined,
): Span | undefined {
  const tracer = recordingTracer();
  return tracer && start(tracer, kind, subject, contextOf(traceparent, ROOT_CONTEXT));
}

/**
 * The span of an HTTP request, below its caller's `traceparent`. Undefined where nobody records traces; `describe` is
 * not asked then.
 */
export function startRequestSpan(
  traceparent: string | undefined,
  describe: () => { name: string; attributes: Attributes },
): Span | undefined {
  const tracer = recordingTracer();
  if (tracer === undefined) return undefined;
  const { name, attributes } = describe();
  const parent = contextOf(traceparent, ROOT_CONTEXT);
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
}

/** Runs `work` with `span` as the parent of every span that it starts. */
export function withinSpan<T>(span: Span | undefined, work: () => T): T {
  return span === undefined ? work() : context.with(trace.setSpan(context.active(), span), work);
}

/** Ends a span. The code alone is told of an error: messages and stacks may hold what a trace must not. */
export function endSpan(span: Span | undefined, kind: SpanKind, code: ErrorCode | 'ok'): void {
  if (span === undefined) return;
  if (code !== 'ok') {
    span.setAttribute('hawser.code', code);
    if (kind !== SpanKind.SERVER || serverFaults.includes(code)) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    }
  }
  span.end();
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Until an SDK has registered, the API hands out a proxy: then nothing is worth preparing for it. */
function recordingTracer(): Tracer | undefined {
  const tracer = trace.getTracer('@hawser/messaging');
  return tracer instanceof ProxyTracer ? undefined : tracer;
}

function start(tracer: Tracer, kind: SpanKind, subject: string, parent: Context): Span {
  // Within a process the bus behaves as NATS does.
  const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': subject };
  return tracer.startSpan(subject, { kind, attributes }, parent);
}

function contextOf(traceparent: string | undefined, base: Context): Context {
  if (traceparent === undefined || !isTraceparent(traceparent)) return base;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return trace.setSpanContext(base, { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true });
}
