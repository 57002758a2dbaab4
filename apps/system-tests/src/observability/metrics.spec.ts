import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { closeGateway, createGateway } from '@hawser/gateway';
import { Broadcasts, BusClient, MemoryHub } from '@hawser/messaging';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { handbook } from './handbook.js';
import { labelsOf, ownMetrics } from './known-metrics.js';
import { hopelessPart } from './known-values.js';
import { asked, dashboard } from './observability-files.js';
import { parseQuery, type Query } from './promql.js';

/** The labels that an answer can have. */
function labelsAnswered({ selectors, groupings, made }: Query): string[] {
  const ofMetrics = selectors.flatMap(({ metric, matchers }) => [
    ...(labelsOf(metric) ?? []),
    ...matchers.map(({ label }) => label),
  ]);
  return groupings.length > 0 ? [...groupings.flatMap(({ labels }) => labels), ...made] : ofMetrics;
}

const labelsShown = (text: string): string[] =>
  [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label = '']) => label);

describe.each(asked)('$where', ({ expression, shown }) => {
  it('asks in PromQL', () => {
    expect(() => parseQuery(expression)).not.toThrow();
  });

  it('asks for metrics that there are', () => {
    const unknown = parseQuery(expression).selectors.filter(({ metric }) => labelsOf(metric) === undefined);
    expect(unknown.map(({ metric }) => metric)).toEqual([]);
  });

  it('asks for labels that these metrics have, and values that they can have', () => {
    const { selectors, groupings, made } = parseQuery(expression);
    for (const { metric, matchers } of selectors) {
      for (const { label, operator, value } of matchers) {
        expect(labelsOf(metric)).toContain(label);
        expect([label, hopelessPart(label, operator, value)]).toEqual([label, undefined]);
      }
    }
    for (const { labels, selectors: within } of groupings) {
      const known = within.flatMap(({ metric }) => labelsOf(metric) ?? []);
      expect([...known, ...made]).toEqual(expect.arrayContaining(labels));
    }
  });

  it('shows labels that the answer has', () => {
    const answered = labelsAnswered(parseQuery(expression));
    expect(labelsShown(shown).filter((label) => !answered.includes(label))).toEqual([]);
  });
});

describe("the dashboard's variables", () => {
  const queried = dashboard.templating.list.filter(({ type }) => type === 'query');

  it('are the service and the route, besides the Prometheus to ask', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'service', 'route']);
  });

  it.each(queried)('$name is taken from a label of a metric', ({ definition = '', query }) => {
    expect(query).toMatchObject({ query: definition });
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    expect(labelsOf(metric)).toContain(label);
  });
});

describe('the routes that are asked for', () => {
  let app: NestFastifyApplication;
  const registered = new Set<string>();

  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ url }: RouteOptions) => void registered.add(url));
  };

  beforeAll(async () => {
    // https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks: before any route is there
    subscribe('fastify.initialization', listen);
    const bus = new MemoryHub().connect();
    const options = { bus: new BusClient(bus), broadcasts: new Broadcasts(bus) };
    app = await createGateway({ ...options, corsOrigins: [], logger: [] });
    await app.init();
    unsubscribe('fastify.initialization', listen);
  });
  afterAll(() => closeGateway(app));

  it('are routes of the gateway', () => {
    const routes = asked
      .flatMap(({ expression }) => parseQuery(expression).selectors)
      .flatMap(({ matchers }) => matchers)
      .filter(({ label, value }) => label === 'route' && !value.includes('$'))
      .flatMap(({ operator, value }) => (operator.endsWith('~') ? value.split('|') : [value]));
    expect(routes).toContain('/metrics');
    expect(routes.filter((route) => !registered.has(route))).toEqual([]);
  });
});

describe('the metrics of Hawser', () => {
  const own = ownMetrics().filter(({ name }) => name.startsWith('hawser_'));

  it('are found', () => {
    expect(own.length).toBeGreaterThanOrEqual(14);
  });

  it.each(own)('$name is on the dashboard', ({ name }) => {
    const shown = asked.filter(({ where }) => where.startsWith('panel'));
    const metrics = shown.flatMap(({ expression }) =>
      parseQuery(expression).selectors.map((each) => each.metric),
    );
    expect(metrics.some((metric) => metric.replace(/_(bucket|sum|count)$/, '') === name)).toBe(true);
  });

  it.each(own)('$name is in the handbook with its labels', ({ name, labelNames }) => {
    const row = handbook.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const labels = row.split('|')[2] ?? '';
    expect([...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)).toEqual([...labelNames]);
  });
});
