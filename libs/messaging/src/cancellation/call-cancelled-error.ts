import { ServiceError } from '@hawser/contracts';

/** A call ended because its caller has left; the service may have said so, or have said nothing. */
export class CallCancelledError extends Error {
  override readonly name = 'CallCancelledError';
  /** Whether the service has answered, and so is there and well. */
  readonly answered: boolean;

  constructor(
    private readonly signal: AbortSignal | undefined,
    { answered }: { answered: boolean },
  ) {
    super('the call was cancelled');
    this.answered = answered;
  }

  /** What the caller is told: why its signal was aborted, if that is one of our errors. */
  toServiceError(service: string): ServiceError {
    const reason: unknown = this.signal?.reason;
    if (reason instanceof ServiceError) return reason;
    return new ServiceError('cancelled', `the call to the service "${service}" was cancelled`, { service });
  }
}
