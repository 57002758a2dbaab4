import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('@hawser/persistence');

/**
 * Runs a query in a span of its own, when it belongs to a trace that is recorded; otherwise just runs it. Neither values
 * nor the text of an error become part of the span: both may hold secrets. Attributes are those of
 * https://opentelemetry.io/docs/specs/semconv/db/postgresql/
 */
export function inSqlSpan<T>(schema: string, text: string, query: () => Promise<T>): Promise<T> {
  if (trace.getActiveSpan()?.isRecording() !== true) return query();
  return recorded(schema, text, query);
}

async function recorded<T>(schema: string, text: string, query: () => Promise<T>): Promise<T> {
  const operation = /\w+/.exec(text)?.[0].toUpperCase() ?? 'QUERY';
  const span = tracer.startSpan(`${operation} ${schema}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': schema,
      'db.operation.name': operation,
      'db.query.text': text,
    },
  });
  try {
    return await query();
  } catch (error) {
    const { code = 'unknown' } = Object(error) as { code?: string };
    span.setAttributes({ 'error.type': code, 'db.response.status_code': code });
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
