import type { AnyEvent } from '@hawser/contracts';
import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { SpanKind } from '@opentelemetry/api';
import { startHandling } from './event-metrics.js';
import { readEvent } from './events.js';
import { inCall } from './in-call.js';
import { runHandler } from './run-handler.js';
import { stackOf } from './stack-of.js';
import { endSpan, startHandlerSpan, traceparentOf, withinSpan } from './tracing.js';

interface Consumer {
  contract: AnyEvent;
  handler: MessageHandler;
  logger: LoggerService;
}

/**
 * The way of an event through a service. Resolves when it is done with, which includes an event that cannot be
 * read: another delivery would not mend it. Rejects when the consumer failed and should get it again.
 */
export async function consumeEvent(
  { contract, handler, logger }: Consumer,
  envelope: Uint8Array,
): Promise<void> {
  const ended = startHandling(contract.subject);
  const read = await readEvent(contract.data, envelope).catch((error: unknown) => {
    logger.error(`dropped an event of ${contract.subject} that cannot be read`, stackOf(error));
    return undefined;
  });
  if (read === undefined) return ended('dropped');
  const { data, event } = read;
  const span = startHandlerSpan(SpanKind.CONSUMER, contract.subject, event.traceparent);
  // What the consumer passes on hangs below its own span.
  if (span !== undefined) event.traceparent = traceparentOf(span);
  const consume = async (): Promise<void> => {
    try {
      await runHandler(handler, data, event);
      ended('done');
      endSpan(span, SpanKind.CONSUMER, 'ok');
    } catch (error) {
      ended('failed');
      endSpan(span, SpanKind.CONSUMER, 'internal');
      logger.error(`the consumer of ${contract.subject} failed on event ${event.id}`, stackOf(error));
      throw error;
    }
  };
  await withinSpan(span, () => inCall(event, consume));
}
