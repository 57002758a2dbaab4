import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';

/** Runs a method through Nest's pipeline, which answers an Observable as soon as an interceptor or filter took part. */
export async function runHandler(handler: MessageHandler, data: unknown, context: unknown): Promise<unknown> {
  const outcome: unknown = await handler(data, context);
  return isObservable(outcome) ? lastValueFrom(outcome, { defaultValue: undefined }) : outcome;
}
