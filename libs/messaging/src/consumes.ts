import type { EventContract } from '@hawser/contracts';
import { UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventContext } from './events.js';
import { KeepError } from './keep-error.filter.js';

/**
 * Makes a controller's method the consumer of an event: `(data, event) => Promise<void>`. It may get the same
 * event twice; when it throws, it gets it again.
 */
export function Consumes<Data extends object>(
  contract: EventContract<Data>,
): <Handler extends (data: Data, event: EventContext) => Promise<void>>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void {
  return (target, method, descriptor) => {
    // Typed as for any event: Nest's own type asks for a first parameter that takes everything.
    const pattern: MethodDecorator = EventPattern<string>(contract.subject, { contract });
    pattern(target, method, descriptor);
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    UseFilters(KeepError)(target, method, descriptor);
  };
}
