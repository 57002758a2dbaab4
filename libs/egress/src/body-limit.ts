import type { Readable } from 'node:stream';
import { EgressError } from './errors.js';

/** How many bytes the answers of one errand may still have. */
export class Allowance {
  constructor(
    private readonly maxBytes: number,
    private left = maxBytes,
  ) {}

  /** As much as is left now, to be counted down by itself. */
  copy(): Allowance {
    return new Allowance(this.maxBytes, this.left);
  }

  /** @throws EgressError too_large: more than what is left */
  take(bytes: number): void {
    this.check(bytes);
    this.left -= bytes;
  }

  /** @throws EgressError too_large: more than what is left */
  check(bytes: number): void {
    if (bytes > this.left)
      throw new EgressError(
        'too_large',
        `the answer is longer than the ${this.maxBytes} bytes that are read: check that this is the right address`,
      );
  }
}

/**
 * A body that comes only as fast as it is read, and ends its connection at the first byte too many.
 * @param failure what the reader is told of an error
 */
export function limited(
  body: Readable,
  allowance: Allowance,
  failure: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        try {
          const { done, value } = await chunks.next();
          if (done === true) return controller.close();
          allowance.take(value.length);
          controller.enqueue(value);
        } catch (error) {
          body.destroy();
          controller.error(failure(error));
        }
      },
      cancel(): void {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
