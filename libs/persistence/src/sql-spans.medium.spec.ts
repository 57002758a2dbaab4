import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { createDataSource } from './database.js';
import { PreparedQuery } from './prepared-query.js';
import type { ServiceDataSource } from './service-data-source.js';
import { notesDatabase, type NotesDatabase } from './testing/notes.js';

const exporter = new InMemorySpanExporter();
let notes: NotesDatabase;
let dataSource: ServiceDataSource;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  notes = await notesDatabase();
  dataSource = await createDataSource({ ...notes.options, poolSize: 1 }).initialize();
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await dataSource.destroy();
  await notes.close();
});

const findNote = new PreparedQuery<{ id: string }>('find-note', `SELECT id FROM notes WHERE id = $1`);

/** Runs it in a request's span, and answers the request's id and the spans of its queries. */
async function traced(work: () => Promise<unknown>): Promise<{ request: string; spans: ReadableSpan[] }> {
  const request = await trace.getTracer('test').startActiveSpan('request', async (span) => {
    await work().finally(() => span.end());
    return span.spanContext().spanId;
  });
  const spans = exporter.getFinishedSpans();
  const spansOfRequest = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === request);
  return { request, spans: spansOfRequest };
}

it('makes a span of each query of a request, with its text and without its values', async () => {
  const { spans } = await traced(() =>
    dataSource.transaction(async (manager) => {
      await manager.query(`INSERT INTO notes (id) VALUES ($1)`, ['canary']);
    }),
  );
  expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
    ['START notes', SpanKind.CLIENT],
    ['INSERT notes', SpanKind.CLIENT],
    ['COMMIT notes', SpanKind.CLIENT],
  ]);
  expect(spans[1]?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.namespace': 'notes',
    'db.operation.name': 'INSERT',
    'db.query.text': 'INSERT INTO notes (id) VALUES ($1)',
  });
});

it('makes one of a prepared query, under its own request also when it waited for a connection', async () => {
  const requests = await Promise.all(
    Array.from({ length: 10 }, () => traced(() => findNote.run(dataSource, ['none']))),
  );
  const all = exporter.getFinishedSpans().filter(({ name }) => name === 'SELECT notes');
  expect(all).toHaveLength(10);
  const parents = all.map(({ parentSpanContext }) => parentSpanContext?.spanId);
  expect(parents.sort()).toEqual(requests.map(({ request }) => request).sort());
});

it('marks a query that failed with its code, and keeps what may be secret out', async () => {
  await expect(traced(() => dataSource.query(`SELECT $1::int`, ['canary']))).rejects.toThrow(/canary/);
  const failed = exporter.getFinishedSpans().find(({ name }) => name === 'SELECT notes');
  expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(failed?.attributes).toMatchObject({ 'error.type': '22P02', 'db.response.status_code': '22P02' });
  expect(JSON.stringify([failed?.attributes, failed?.events])).not.toContain('canary');
});

it('makes none outside of a trace, nor in one that is not recorded', async () => {
  await dataSource.query(`SELECT 1`);
  await findNote.run(dataSource, ['none']);
  const unrecorded = trace.wrapSpanContext({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 0,
  });
  await context.with(trace.setSpan(context.active(), unrecorded), () => dataSource.query(`SELECT 1`));
  expect(exporter.getFinishedSpans()).toEqual([]);
});
