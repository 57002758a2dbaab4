import {
  type AnyRpc,
  type CallContext,
  type ErrorCode,
  ServiceError,
  universalErrors,
} from '@hawser/contracts';
import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { type Span, SpanKind } from '@opentelemetry/api';
import { codeOf, encodeAnswer, encodeError } from './answer.js';
import { type Bus, type BusMessage, messageBytes } from './bus.js';
import type { OpenCalls } from './cancellation/open-calls.js';
import { whyStopped } from './cancellation/why-stopped.js';
import { headersToContext, traceparentIn } from './context-headers.js';
import { inCall } from './in-call.js';
import { readMessage } from './message-reader.js';
import type { SubjectDurations } from './rpc-metrics.js';
import { runHandler } from './run-handler.js';
import { stackOf } from './stack-of.js';
import { endSpan, startHandlerSpan, traceparentOf, withinSpan } from './tracing.js';

/** Makes a `ServiceError` of an error that says more than "defect"; undefined if it does not know the error. */
export type Translate = (error: unknown) => ServiceError | undefined;

interface Endpoint {
  contract: AnyRpc;
  handler: MessageHandler;
  bus: Pick<Bus, 'maxPayloadBytes'>;
  logger: LoggerService;
  durations: SubjectDurations;
  translate?: Translate | undefined;
  /** Where a call is kept while it can be cancelled; only for a cancellable contract. */
  openCalls?: OpenCalls | undefined;
}

/** The whole way of a request through a service, from bytes to bytes. Never rejects: whatever goes wrong is answered. */
export async function answerRequest(endpoint: Endpoint, message: BusMessage): Promise<BusMessage> {
  const { contract, durations } = endpoint;
  const startedMs = performance.now();
  const span = startHandlerSpan(SpanKind.SERVER, contract.subject, traceparentIn(message.headers));
  const answer = await withinSpan(span, () => answerWithin(span, endpoint, message));
  const code = codeOf(answer);
  durations.observe(code, startedMs);
  endSpan(span, SpanKind.SERVER, code);
  return answer;
}

async function answerWithin(
  span: Span | undefined,
  endpoint: Endpoint,
  { headers, data }: BusMessage,
): Promise<BusMessage> {
  let context: CallContext;
  try {
    context = headersToContext(headers);
  } catch (error) {
    return encodeFitting(endpoint, toAnswerable(endpoint, error));
  }
  // What the handler passes on hangs below its own span.
  if (span !== undefined) context.traceparent = traceparentOf(span);
  const ended = endpoint.openCalls?.begin(context, headers);
  return inCall(context, async () => {
    try {
      refuseExpired(endpoint, context);
      const request = await readMessage(endpoint.contract.request, data);
      const answer = encodeAnswer(
        endpoint.contract.response,
        await runHandler(endpoint.handler, request, context),
      );
      refuseTooLarge(endpoint, answer);
      return answer;
    } catch (error) {
      return encodeFitting(endpoint, whyStopped(context.signal, error) ?? toAnswerable(endpoint, error));
    } finally {
      ended?.();
    }
  });
}

/** The caller has gone, so this only keeps the work from being done; nobody reads the answer. */
function refuseExpired({ contract, logger }: Endpoint, { deadlineAtMs }: CallContext): void {
  if (deadlineAtMs === undefined) return;
  const lateMs = Date.now() - deadlineAtMs;
  if (lateMs <= 0) return;
  logger.warn(
    `dropped a request to ${contract.subject} that came ${lateMs} ms too late: ` +
      'NATS was away, this service is overloaded, or the clocks of the two machines differ',
  );
  throw new ServiceError('service_timeout', 'the request arrived after its deadline');
}

function refuseTooLarge({ contract, bus }: Endpoint, answer: BusMessage): void {
  const bytes = messageBytes(answer);
  if (bytes <= bus.maxPayloadBytes) return;
  throw new ServiceError(
    'payload_too_large',
    `the answer of ${contract.subject} has ${bytes} bytes, at most ${bus.maxPayloadBytes} can be sent: ask for less`,
    { limit_bytes: bus.maxPayloadBytes },
  );
}

/** What the caller may know of an error: all of one that its contract names, nothing of any other. */
function toAnswerable({ contract, logger, translate }: Endpoint, error: unknown): ServiceError {
  const known = error instanceof ServiceError ? error : translate?.(error);
  if (known === undefined) {
    logger.error(`the handler of ${contract.subject} failed`, stackOf(error));
    return internal();
  }
  if (!isNamed(contract, known.code)) {
    logger.error(
      `the handler of ${contract.subject} threw "${known.code}", which its contract does not name`,
      stackOf(error),
    );
    return internal();
  }
  if (known !== error) {
    logger.warn(`the handler of ${contract.subject} answers "${known.code}" because of ${String(error)}`);
  }
  return known;
}

function isNamed({ errors, unavailable }: AnyRpc, code: ErrorCode): boolean {
  return errors.includes(code) || universalErrors.includes(code) || code === unavailable;
}

/** Details may be anything; an error that cannot be sent still reaches the caller as an error. */
function encodeFitting({ contract, bus, logger }: Endpoint, error: ServiceError): BusMessage {
  try {
    const message = encodeError(error);
    if (messageBytes(message) <= bus.maxPayloadBytes) return message;
    logger.error(
      `the handler of ${contract.subject} threw an error that is too long to send`,
      stackOf(error),
    );
  } catch (unserialisable) {
    logger.error(
      `the handler of ${contract.subject} threw an error whose details are not JSON`,
      stackOf(unserialisable),
    );
  }
  return encodeError(internal());
}

function internal(): ServiceError {
  return new ServiceError('internal', 'something went wrong on our side');
}
