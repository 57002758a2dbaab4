import { currentCall } from '@hawser/messaging';
import type { LoggerService } from '@nestjs/common';
import { Logger, PinoLogger } from 'nestjs-pino';
import { pino, type DestinationStream } from 'pino';
import type { LogLevel } from './variables.js';

export interface LoggerOptions {
  service: string;
  level: LogLevel;
  /** Standard output if left out. */
  destination?: DestinationStream;
}

/** What Nest tells of itself while it starts: of use to whoever changes the program, not to who runs it. */
const nestContexts = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

/** One JSON object a line, with the ids of the request and trace that were being worked on. */
export function createLogger({ service, level, destination }: LoggerOptions): LoggerService {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      mixin: idsOfCall,
    },
    destination,
  );
  return new QuietAboutNest(new PinoLogger({ pinoHttp: { logger } }), {});
}

class QuietAboutNest extends Logger {
  override log(message: unknown, ...optionalParams: unknown[]): void {
    const context = optionalParams.at(-1);
    if (typeof context === 'string' && nestContexts.has(context)) this.debug(message, ...optionalParams);
    else super.log(message, ...optionalParams);
  }
}

function idsOfCall(): object {
  const call = currentCall();
  if (call === undefined) return {};
  const [, trace_id, span_id] = call.traceparent?.split('-') ?? [];
  return { request_id: call.requestId, ...(trace_id === undefined ? {} : { trace_id, span_id }) };
}
