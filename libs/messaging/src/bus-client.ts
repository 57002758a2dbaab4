import {
  type CallContext,
  type ErrorCode,
  type RpcContract,
  ServiceError,
  type Shape,
  type ShapeType,
} from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { type Span, SpanKind } from '@opentelemetry/api';
import { decodeAnswer, decodeError } from './answer.js';
import type { Bus, BusMessage } from './bus.js';
import { toServiceError } from './call-errors.js';
import { requestCancellable } from './cancellation/request-cancellable.js';
import { contextToHeaders } from './context-headers.js';
import { encodeJson } from './json.js';
import { type CallLimits, defaultCallLimits } from './resilience/call-limits.js';
import { Target } from './resilience/target.js';
import { clientDurations, SubjectDurations } from './rpc-metrics.js';
import { serviceOf } from './service-of.js';
import { stackOf } from './stack-of.js';
import { childTraceparent } from './traceparent.js';
import { endSpan, startClientSpan, traceparentOf } from './tracing.js';

/** What is kept for each subject that was called. */
interface Route {
  service: string;
  target: Target;
  durations: SubjectDurations;
}

/** Calls other services by contract. */
export class BusClient {
  private readonly logger = new Logger(BusClient.name);
  private readonly limits: CallLimits;
  private readonly targets = new Map<string, Target>();
  private readonly routes = new Map<string, Route>();

  constructor(
    private readonly bus: Bus,
    limits: Partial<CallLimits> = {},
  ) {
    this.limits = { ...defaultCallLimits, ...limits };
  }

  /**
   * Calls a contract and resolves with its answer as parsed JSON (a date is text). It waits for no longer than the
   * contract says from `context.beganAtMs` on (else from now), nor than `context.deadlineAtMs`; within that time a call
   * that may be repeated is, and any call is that nobody was there to take. Once `context.signal` has aborted nothing
   * is sent any more; what has been sent is waited for, and the handler of a `cancellable` contract is told to stop.
   * @throws ServiceError with the code, message and details that the service threw; or `service_unavailable`
   *   (nobody there, or the service has been failing), `service_timeout` (no answer in time), `cancelled` (the signal
   *   was aborted; if its reason is a ServiceError and nothing was answered, that one), `payload_too_large`
   *   (the request is), `internal` (the answer is not what the contract promises)
   */
  call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    context: CallContext,
  ): Promise<ShapeType<Res>> {
    return this.ask(contract, request, context, (answer) =>
      this.readable(contract.subject, () => decodeAnswer(contract.response, answer)),
    );
  }

  /**
   * The same, but answers the JSON's bytes as they came, neither parsed nor checked: for a body that is passed on.
   * @throws ServiceError as `call`
   */
  callRaw<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    context: CallContext,
  ): Promise<Uint8Array> {
    return this.ask(contract, request, context, ({ data }) => data);
  }

  /** One call with all that is noted of it. */
  private async ask<T>(
    contract: RpcContract<object, Shape>,
    request: object,
    context: CallContext,
    read: (answer: BusMessage) => T,
  ): Promise<T> {
    const startedMs = performance.now();
    const route = this.routeTo(contract.subject);
    const span = startClientSpan(contract.subject, context.traceparent);
    let code: ErrorCode | 'ok' = 'ok';
    try {
      const answer = await this.send(route, contract, request, context, span);
      const failure = this.readable(contract.subject, () => decodeError(answer));
      if (failure) throw failure;
      return read(answer);
    } catch (caught) {
      const error = inItsOwnWords(caught, contract, route.service);
      code = error instanceof ServiceError ? error.code : 'internal';
      throw error;
    } finally {
      route.durations.observe(code, startedMs);
      endSpan(span, SpanKind.CLIENT, code);
    }
  }

  private async send(
    { service, target }: Route,
    contract: RpcContract<object, Shape>,
    request: object,
    context: CallContext,
    span: Span | undefined,
  ): Promise<BusMessage> {
    const { subject, deadlineMs } = contract;
    const nowMs = Date.now();
    const { beganAtMs = nowMs } = context;
    const deadlineAtMs = Math.min(beganAtMs + deadlineMs, context.deadlineAtMs ?? Infinity);
    if (deadlineAtMs <= nowMs) {
      const message = `no time was left to ask the service "${service}"`;
      throw new ServiceError('service_timeout', message, { service });
    }
    const { signal } = context;
    const data = encodeJson(request);
    const traceparent = span === undefined ? childTraceparent(context.traceparent) : traceparentOf(span);
    const attempt = (timeoutMs: number): Promise<BusMessage> => {
      const headers = contextToHeaders(context, Date.now() + timeoutMs, traceparent);
      const message = { data, headers };
      if (!contract.cancellable) return this.bus.request(subject, message, timeoutMs);
      return requestCancellable(this.bus, { subject, service, message, timeoutMs, signal });
    };
    const repeatable = isRepeatable(contract, context);
    try {
      return await target.send({ subject, service, repeatable, deadlineAtMs, signal, attempt });
    } catch (error) {
      throw toServiceError(error, service, deadlineAtMs - nowMs);
    }
  }

  private routeTo(subject: string): Route {
    let route = this.routes.get(subject);
    if (route === undefined) {
      const service = serviceOf(subject);
      const target = this.targets.get(service) ?? new Target(service, this.limits);
      this.targets.set(service, target);
      route = { service, target, durations: new SubjectDurations(clientDurations, subject) };
      this.routes.set(subject, route);
    }
    return route;
  }

  private readable<T>(subject: string, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      this.logger.error(`the answer of ${subject} is malformed`, stackOf(error));
      throw new ServiceError('internal', `${serviceOf(subject)} gave an answer that cannot be read`);
    }
  }
}

/** That the service is away, as its contract wants it told; any other error as it is. */
function inItsOwnWords(
  error: unknown,
  { unavailable }: RpcContract<object, Shape>,
  service: string,
): unknown {
  if (!(error instanceof ServiceError) || error.code !== 'service_unavailable') return error;
  if (error.details.service !== service) return error;
  return new ServiceError(unavailable, error.message, error.details);
}

/** Whether asking twice does what asking once does: by the contract, or because the service keeps the key's answer. */
function isRepeatable({ idempotent, errors }: RpcContract<object, Shape>, context: CallContext): boolean {
  return idempotent || (context.idempotencyKey !== undefined && errors.includes('idempotency_key_reused'));
}
