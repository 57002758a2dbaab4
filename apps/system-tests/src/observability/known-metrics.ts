// For the metrics that they define: of the gateway, the probe, and the libraries below every service.
import '@hawser/bindings';
import '@hawser/gateway';
import '@hawser/probe';
import { collectDefaultMetrics, register } from 'prom-client';

/** Of everything that Prometheus scrapes, `service` being the label that a program gives all of its own. */
const ofAll = ['service', 'instance', 'job'];

/** What Prometheus itself and cAdvisor have. */
const ofOthers: Record<string, readonly string[]> = {
  up: ['instance', 'job'],
  ALERTS: ['alertname', 'alertstate', 'severity', 'service'],
  container_memory_working_set_bytes: ['namespace', 'pod', 'container'],
  container_spec_memory_limit_bytes: ['namespace', 'pod', 'container'],
};

interface Metric {
  name: string;
  help: string;
  type: string;
  labelNames: readonly string[];
}

let metrics: Metric[] | undefined;

/** Every metric that a program of Hawser's has, those of the process included. */
export function ownMetrics(): Metric[] {
  if (metrics === undefined) {
    collectDefaultMetrics();
    // The types say nothing of the labels.
    metrics = register.getMetricsAsArray() as unknown as Metric[];
  }
  return metrics;
}

/** The labels of a series as it is stored, by its name; undefined if nobody makes it. */
export function labelsOf(series: string): readonly string[] | undefined {
  if (series in ofOthers) return ofOthers[series];
  for (const { name, type, labelNames } of ownMetrics()) {
    const labels = [...labelNames, ...ofAll];
    if (type !== 'histogram' && series === name) return labels;
    if (type === 'histogram' && [`${name}_sum`, `${name}_count`].includes(series)) return labels;
    if (type === 'histogram' && series === `${name}_bucket`) return [...labels, 'le'];
  }
  return undefined;
}
