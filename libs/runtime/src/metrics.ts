import { collectDefaultMetrics, register } from 'prom-client';

/** Begins to measure the process itself, and marks all it measures with its name. */
export function startMetrics(service: string): void {
  register.setDefaultLabels({ service });
  if (register.getSingleMetric('process_cpu_seconds_total') === undefined) collectDefaultMetrics();
}

/** All that was measured, in the text format that Prometheus scrapes. */
export async function scrape(): Promise<{ contentType: string; body: string }> {
  return { contentType: register.contentType, body: await register.metrics() };
}
