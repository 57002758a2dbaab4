import { type BroadcastContract, type CallContext, defaultDeadlineMs } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import type { Bus, BusMessage, Subscription } from './bus.js';
import { contextToHeaders, requestIdIn } from './context-headers.js';
import { encodeJson } from './json.js';
import { readMessage } from './message-reader.js';
import { stackOf } from './stack-of.js';

/** Broadcasts by contract, and the means to know that none is still on its way. */
export class Broadcasts {
  private readonly logger = new Logger(Broadcasts.name);
  /** Ends when all that has arrived so far has been read and handed over. */
  private handedOver: Promise<void> = Promise.resolve();

  constructor(private readonly bus: Bus) {}

  /**
   * Tells everyone who listens, and resolves when the server has it: whoever passes a `barrier` after that has heard it.
   * @throws NoResponderError, DeadlineError, BusClosedError perhaps nobody has heard it
   * @throws PayloadTooLargeError
   */
  async tell<Data extends object>(
    { subject }: BroadcastContract<Data>,
    data: Data,
    context: CallContext,
  ): Promise<void> {
    const headers = contextToHeaders(context, context.deadlineAtMs ?? Date.now() + defaultDeadlineMs);
    this.bus.broadcast(subject, { data: encodeJson(data), headers });
    await this.bus.barrier();
  }

  /**
   * Hears the broadcasts of a contract, in the order in which they came, as instances of its class. What is malformed
   * is dropped with a log line.
   */
  listen<Data extends object>(
    contract: BroadcastContract<Data>,
    handler: (data: Data) => void,
  ): Subscription {
    return this.bus.listen(contract.subject, (message) => {
      this.handedOver = this.handedOver.then(() => this.handOver(contract, handler, message));
    });
  }

  /**
   * Resolves when all that was told before this call has been handed to the listeners of this object.
   * @throws NoResponderError, DeadlineError, BusClosedError it cannot be known
   */
  async barrier(): Promise<void> {
    await this.bus.barrier();
    await this.handedOver;
  }

  /** Calls back whenever broadcasts may have been missed: when the server is lost, and when it is back. */
  onOutage(listener: () => void): void {
    this.bus.onOutage(listener);
  }

  private async handOver<Data extends object>(
    { subject, data }: BroadcastContract<Data>,
    handler: (data: Data) => void,
    message: BusMessage,
  ): Promise<void> {
    const told = (): string => `a broadcast of ${subject}, request ${requestIdIn(message.headers)}`;
    const read = await readMessage(data, message.data).catch((error: unknown) => {
      this.logger.error(`dropped ${told()}: it cannot be read`, stackOf(error));
    });
    if (read === undefined) return;
    try {
      handler(read);
    } catch (error) {
      this.logger.error(`a listener has failed on ${told()}`, stackOf(error));
    }
  }
}
