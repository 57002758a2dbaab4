import { ServiceError } from '@hawser/contracts';
import { completeOAuth, type CompletedOAuth } from '@hawser/contracts/vault';
import { Logger, type LoggerService } from '@nestjs/common';
import { trace, type Span, type SpanContext, type Tracer } from '@opentelemetry/api';
import { testGateway } from '../../testing/test-gateway.js';

const canary = 'canary-5ee1';
const url = `/api/v1/oauth/callback?code=${canary}&state=${canary}&iss=${canary}&error_description=${canary}`;
const spanContext: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
const outcomes: (CompletedOAuth | Error)[] = [
  { outcome: 'connected', provider: null, credential: null, credential_id: null, return_to: null },
  {
    outcome: 'declined',
    provider: null,
    credential: null,
    credential_id: null,
    return_to: 'https://app.example.com',
  },
  new ServiceError('validation_failed', 'no'),
  // Of these everything is logged that is known.
  new Error('unforeseen'),
  new ServiceError('internal', 'unforeseen'),
];

/** All that is written down of a request: log lines of any level, and whatever a span is told. */
describe('what is written down of a callback', () => {
  const written: string[] = [];
  const write = (...parts: unknown[]): void =>
    void written.push(
      parts.map((part) => (part instanceof Error ? part.stack : JSON.stringify(part))).join(' '),
    );
  const logger: LoggerService = {
    log: write,
    warn: write,
    error: write,
    debug: write,
    verbose: write,
    fatal: write,
  };

  const span = new Proxy(trace.wrapSpanContext(spanContext), {
    get: (target, name) =>
      name === 'spanContext'
        ? () => target.spanContext()
        : (...told: unknown[]): Span => {
            write(`span ${String(name)}`, ...told);
            return span;
          },
  });
  const startSpan: Tracer['startSpan'] = (name, options) => {
    write(`span ${name}`, options);
    return span;
  };

  beforeAll(() => {
    Logger.overrideLogger(logger);
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as Tracer });
  });
  afterAll(() => {
    trace.disable();
    Logger.overrideLogger(false);
  });

  it('has its path and what it was answered, and nothing of its query', async () => {
    const gateway = await testGateway({ logger, logRequests: true });
    for (const outcome of outcomes) {
      gateway.bus.answer(completeOAuth, outcome);
      await gateway.app.inject(url);
    }
    // One that is no route is logged, too, as are a strange method and a path that cannot be read.
    await gateway.app.inject({ method: 'POST', url });
    await gateway.app.inject(url.replace('?', '/%?'));
    await gateway.app.close();

    const all = written.join('\n');
    expect(all).toMatch(/GET \/api\/v1\/oauth\/callback 200/);
    expect(all).toMatch(/GET \/api\/v1\/oauth\/callback 500/);
    expect(all).toMatch(/span GET \/api\/v1\/oauth\/callback/);
    expect(all).toMatch(/unforeseen/);
    expect(all).not.toContain(canary);
  });
});
