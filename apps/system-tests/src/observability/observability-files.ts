import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { workspaceRoot } from '../architecture/services.js';

export interface Target {
  refId: string;
  expr: string;
  legendFormat: string;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: Target[];
}

interface Variable {
  name: string;
  type: string;
  definition?: string;
  query: string | { query: string };
}

export interface Dashboard {
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: { name: string; expr: string; titleFormat: string; textFormat: string }[] };
}

export interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const read = (path: string): string => readFileSync(join(workspaceRoot, path), 'utf8');

export const dashboard = JSON.parse(read('deploy/observability/grafana-dashboard.json')) as Dashboard;
const { groups } = parse(read('deploy/observability/prometheus-rules.yml')) as {
  groups: { name: string; rules: Rule[] }[];
};
export const rules = groups.flatMap((group) => group.rules);
export const scrapeConfig = parse(read('deploy/observability/prometheus.yml')) as {
  scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
};

export interface Asked {
  where: string;
  expression: string;
  /** What is shown of an answer, with the names of its labels in braces. */
  shown: string;
}

/** Everything that the dashboard and the rules ask Prometheus for. */
export const asked: readonly Asked[] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr, legendFormat }) => ({
      where: `panel "${title}" ${refId}`,
      expression: expr,
      shown: legendFormat,
    })),
  ),
  ...dashboard.annotations.list.map(({ name, expr, titleFormat, textFormat }) => ({
    where: `annotation "${name}"`,
    expression: expr,
    shown: `${titleFormat} ${textFormat}`,
  })),
  ...rules.map(({ alert, expr, annotations }) => ({
    where: `alert ${alert}`,
    expression: expr,
    shown: Object.values(annotations).join(' '),
  })),
];
