import { type AnyRpc, ServiceError, universalErrors } from '@hawser/contracts';
import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { encodeAnswer, encodeError } from './answer.js';
import { type Bus, type BusMessage, messageBytes } from './bus.js';
import { headersToContext, lateByMs } from './context-headers.js';
import { readMessage } from './message-reader.js';
import { runHandler } from './run-handler.js';
import { stackOf } from './stack-of.js';

interface Endpoint {
  contract: AnyRpc;
  handler: MessageHandler;
  bus: Pick<Bus, 'maxPayloadBytes'>;
  logger: LoggerService;
}

/** The whole way of a request through a service, from bytes to bytes. Never rejects: whatever goes wrong is answered. */
export async function answerRequest(endpoint: Endpoint, message: BusMessage): Promise<BusMessage> {
  try {
    refuseExpired(endpoint, message);
    const context = headersToContext(message.headers);
    const request = await readMessage(endpoint.contract.request, message.data);
    const answer = encodeAnswer(
      endpoint.contract.response,
      await runHandler(endpoint.handler, request, context),
    );
    refuseTooLarge(endpoint, answer);
    return answer;
  } catch (error) {
    return encodeFitting(endpoint, toAnswerable(endpoint, error));
  }
}

/** The caller has gone, so this only keeps the work from being done; nobody reads the answer. */
function refuseExpired({ contract, logger }: Endpoint, message: BusMessage): void {
  const lateMs = lateByMs(message.headers, Date.now());
  if (lateMs === undefined || lateMs <= 0) return;
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
function toAnswerable({ contract, logger }: Endpoint, error: unknown): ServiceError {
  if (!(error instanceof ServiceError)) {
    logger.error(`the handler of ${contract.subject} failed`, stackOf(error));
  } else if (contract.errors.includes(error.code) || universalErrors.includes(error.code)) {
    return error;
  } else {
    logger.error(
      `the handler of ${contract.subject} threw "${error.code}", which its contract does not name`,
      stackOf(error),
    );
  }
  return internal();
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
