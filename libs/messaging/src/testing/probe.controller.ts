import { type CallContext, ServiceError } from '@hawser/contracts';
import {
  type CanActivate,
  Controller,
  type NestInterceptor,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { Consumes } from '../consumes.js';
import type { EventContext } from '../events.js';
import { Handles } from '../handles.js';
import {
  Count,
  echo,
  fail,
  grow,
  guarded,
  happened,
  inspect,
  list,
  Nothing,
  Order,
  Report,
  tell,
  twist,
  wait,
  wrapped,
} from './probe.contracts.js';

class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

class Shout implements NestInterceptor {
  intercept(_: unknown, next: { handle(): Observable<Report> }): Observable<Report> {
    return next.handle().pipe(map(({ text }) => ({ text: text.toUpperCase() })));
  }
}

const cycle: Record<string, unknown> = { text: 'a' };
cycle.self = cycle;

const brokenAnswers: Record<string, () => unknown> = {
  cycle: () => cycle,
  bigint: () => ({ text: 10n }),
  nothing: () => undefined,
  null: () => null,
  list: () => [],
  text: () => 'text',
};

const failures: Record<string, () => unknown> = {
  named: () => new ServiceError('not_found', 'no such thing: "é\n"', { kind: 'thing', id: 'x' }),
  unnamed: () => new ServiceError('last_owner', 'not in the contract'),
  universal: () => new ServiceError('service_timeout', 'somebody else is slow', { service: 'other' }),
  plain: () => new Error('a secret detail'),
  text: () => 'a secret text',
  nothing: () => undefined,
  details: () => new ServiceError('not_found', 'no', cycle),
  huge: () => new ServiceError('not_found', 'x'.repeat(9 * 1024 * 1024)),
};

/** A controller with one method for each way a handler can behave. */
@Controller()
export class ProbeController {
  static readonly events: { order: Order; event: EventContext }[] = [];
  static failNextEvents = 0;
  /** Those that an `echo` has come to. */
  static readonly echoing = new Set<ProbeController>();
  /** One for each that runs a `wait`, to let it go. */
  static readonly waiting: (() => void)[] = [];
  /** How many of them went on. */
  static awake = 0;

  @Handles(echo)
  echo({ text }: Order): Promise<Report> {
    ProbeController.echoing.add(this);
    return Promise.resolve({ text });
  }

  @Handles(inspect)
  inspect(request: Nothing, context: CallContext): Promise<Report> {
    return Promise.resolve({ text: JSON.stringify({ type: request.constructor.name, context }) });
  }

  @Handles(list)
  list(): Promise<Count[]> {
    return Promise.resolve([{ count: 1 }, { count: 2 }]);
  }

  @Handles(tell)
  tell(): Promise<void> {
    return Promise.resolve();
  }

  @Handles(fail)
  fail({ text }: Order): Promise<Report> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is what is tried out
    return Promise.reject(failures[text]?.());
  }

  @Handles(grow)
  grow({ count }: Count): Promise<Report> {
    return Promise.resolve({ text: 'x'.repeat(count) });
  }

  @Handles(twist)
  twist({ text }: Order): Promise<Report> {
    return Promise.resolve(brokenAnswers[text]?.() as Report);
  }

  @Handles(wait)
  async wait(): Promise<Report> {
    await new Promise<void>((letGo) => ProbeController.waiting.push(letGo));
    ProbeController.awake += 1;
    return { text: 'awake' };
  }

  @Handles(guarded)
  @UseGuards(Closed)
  guarded(): Promise<Report> {
    return Promise.resolve({ text: 'you should not be here' });
  }

  @Handles(wrapped)
  @UseInterceptors(Shout)
  wrapped({ text }: Order): Promise<Report> {
    return text === 'fail'
      ? Promise.reject(new ServiceError('name_taken', 'taken'))
      : Promise.resolve({ text });
  }

  @Consumes(happened)
  happened(order: Order, event: EventContext): Promise<void> {
    if (ProbeController.failNextEvents > 0) {
      ProbeController.failNextEvents -= 1;
      return Promise.reject(new Error('not today'));
    }
    ProbeController.events.push({ order, event });
    return Promise.resolve();
  }
}
