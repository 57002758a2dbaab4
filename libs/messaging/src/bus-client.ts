import {
  type CallContext,
  type RpcContract,
  ServiceError,
  type Shape,
  type ShapeType,
} from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { decodeAnswer, decodeError } from './answer.js';
import {
  type Bus,
  BusClosedError,
  type BusMessage,
  DeadlineError,
  NoResponderError,
  PayloadTooLargeError,
} from './bus.js';
import { contextToHeaders } from './context-headers.js';
import { encodeJson } from './json.js';
import { stackOf } from './stack-of.js';

/** Calls other services by contract. */
export class BusClient {
  private readonly logger = new Logger(BusClient.name);

  constructor(private readonly bus: Bus) {}

  /**
   * Calls a contract and resolves with its answer as parsed JSON (a date is text).
   * @throws ServiceError with the code, message and details that the service threw; or `service_unavailable`
   *   (nobody there), `service_timeout` (no answer within the contract's deadline), `payload_too_large`
   *   (the request is), `internal` (the answer is not what the contract promises)
   */
  async call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    context: CallContext,
  ): Promise<ShapeType<Res>> {
    const answer = await this.send(contract, request, context);
    try {
      return decodeAnswer(contract.response, answer);
    } catch (error) {
      throw this.unreadable(contract.subject, error);
    }
  }

  /**
   * The same, but answers the JSON's bytes as they came, neither parsed nor checked: for a body that is passed on.
   * @throws ServiceError as `call`
   */
  async callRaw<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    context: CallContext,
  ): Promise<Uint8Array> {
    const answer = await this.send(contract, request, context);
    return answer.data;
  }

  private async send(
    { subject, deadlineMs }: RpcContract<object, Shape>,
    request: object,
    context: CallContext,
  ): Promise<BusMessage> {
    const headers = contextToHeaders(context, Date.now() + deadlineMs);
    const message = { data: encodeJson(request), headers };
    const answer = await this.bus.request(subject, message, deadlineMs).catch((error: unknown) => {
      throw toServiceError(subject, error);
    });
    const failure = this.failureOf(subject, answer);
    if (failure) throw failure;
    return answer;
  }

  private failureOf(subject: string, answer: BusMessage): ServiceError | undefined {
    try {
      return decodeError(answer);
    } catch (error) {
      return this.unreadable(subject, error);
    }
  }

  private unreadable(subject: string, error: unknown): ServiceError {
    this.logger.error(`the answer of ${subject} is malformed`, stackOf(error));
    return new ServiceError('internal', `${serviceOf(subject)} gave an answer that cannot be read`);
  }
}

function toServiceError(subject: string, error: unknown): unknown {
  const service = serviceOf(subject);
  if (error instanceof NoResponderError || error instanceof BusClosedError) {
    return new ServiceError(
      'service_unavailable',
      `the service "${service}" is not available, try again later`,
      {
        service,
      },
    );
  }
  if (error instanceof DeadlineError) {
    const message = `the service "${service}" did not answer within ${error.timeoutMs} ms`;
    return new ServiceError('service_timeout', message, { service });
  }
  if (error instanceof PayloadTooLargeError) {
    const message = `the request has ${error.bytes} bytes, at most ${error.limitBytes} can be sent`;
    return new ServiceError('payload_too_large', message, { limit_bytes: error.limitBytes });
  }
  return error;
}

/** `hawser.<service>.…` */
function serviceOf(subject: string): string {
  return subject.split('.')[1] ?? subject;
}
