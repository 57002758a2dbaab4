import { setTimeout as delay } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Started } from './started.js';

export interface TracingOptions {
  /** `service.name` of the spans. */
  service: string;
  /** Of an OTLP/HTTP collector; `/v1/traces` is appended. */
  endpoint: string;
  /** Of the traces that begin here, 0 to 1; one that a caller began is recorded if the caller records it. */
  ratio: number;
}

const exportTimeoutMs = 10_000;
const exportEveryMs = 1_000;
/** How long a stop waits for the last spans: they are worth less than the requests that are still in flight. */
const lastExportMs = 2_000;

/** Spans of a process go to the collector that its configuration names, if it names one. */
export function startTracingIfAsked(
  service: string,
  config: { OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined; OTEL_TRACES_SAMPLER_ARG: number },
  started: Started,
): void {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (endpoint === undefined) return;
  const tracing = startTracing({ service, endpoint, ratio });
  started.add(tracing, () => tracing.stop());
}

/** Sends the process's spans to a collector. What is left when it stops is sent then, or dropped if it is away. */
export function startTracing({ service, endpoint, ratio }: TracingOptions): { stop: () => Promise<void> } {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: exportTimeoutMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `hawser-${service}` }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: exportTimeoutMs,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const stop = async (): Promise<void> => {
    const sent = provider.shutdown().catch(() => undefined);
    await Promise.race([sent, delay(lastExportMs, undefined, { ref: false })]);
  };
  return { stop };
}
