import type { AnyEvent } from '@hawser/contracts';
import type { LoggerService } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { readEvent } from './events.js';
import { runHandler } from './run-handler.js';
import { stackOf } from './stack-of.js';

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
  const read = await readEvent(contract.data, envelope).catch((error: unknown) => {
    logger.error(`dropped an event of ${contract.subject} that cannot be read`, stackOf(error));
    return undefined;
  });
  if (read === undefined) return;
  try {
    await runHandler(handler, read.data, read.event);
  } catch (error) {
    logger.error(`the consumer of ${contract.subject} failed on event ${read.event.id}`, stackOf(error));
    throw error;
  }
}
