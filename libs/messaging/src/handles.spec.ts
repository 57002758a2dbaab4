import { type CallContext, defineEvent, defineRpc } from '@hawser/contracts';
import { IsString } from 'class-validator';
import { Consumes } from './consumes.js';
import type { EventContext } from './events.js';
import { Handles } from './handles.js';

class Ask {
  @IsString() text!: string;
}
class Answer {
  @IsString() text!: string;
  @IsString() more!: string;
}
class Other {
  @IsString() other!: string;
}

const ask = defineRpc({ subject: 'hawser.oracle.question.ask.v1', request: Ask, response: Answer });
const askMany = defineRpc({
  subject: 'hawser.oracle.question.ask-many.v1',
  request: Ask,
  response: [Answer],
});
const tell = defineRpc({ subject: 'hawser.oracle.question.tell.v1', request: Ask, response: null });
const told = defineEvent({ subject: 'hawser.events.oracle.question.told.v1', data: Ask });

const answer = { text: 'a', more: 'b' };

/** tsc is the test: a line without the error it expects does not compile. */
class Handlers {
  @Handles(ask)
  whole(request: Ask, context: CallContext): Promise<Answer> {
    return Promise.resolve({ text: request.text, more: context.requestId });
  }

  @Handles(ask)
  withoutParameters(): Promise<Answer> {
    return Promise.resolve(answer);
  }

  @Handles(askMany)
  many(): Promise<Answer[]> {
    return Promise.resolve([answer]);
  }

  @Handles(tell)
  nothing(): Promise<void> {
    return Promise.resolve();
  }

  // @ts-expect-error takes another request
  @Handles(ask)
  otherRequest(request: Other): Promise<Answer> {
    return Promise.resolve({ text: request.other, more: '' });
  }

  // @ts-expect-error asks more of its request than the contract promises
  @Handles(ask)
  narrowerRequest(request: Ask & Other): Promise<Answer> {
    return Promise.resolve({ text: request.other, more: '' });
  }

  // @ts-expect-error gives another answer
  @Handles(ask)
  otherAnswer(): Promise<Other> {
    return Promise.resolve({ other: '' });
  }

  // @ts-expect-error gives half of the answer
  @Handles(ask)
  halfAnswer(): Promise<Ask> {
    return Promise.resolve({ text: '' });
  }

  // @ts-expect-error gives one where the contract has a list
  @Handles(askMany)
  oneOfMany(): Promise<Answer> {
    return Promise.resolve(answer);
  }

  // @ts-expect-error gives an answer where the contract has none
  @Handles(tell)
  somethingForNothing(): Promise<string> {
    return Promise.resolve('');
  }

  // @ts-expect-error does not promise
  @Handles(ask)
  atOnce(): Answer {
    return answer;
  }

  // @ts-expect-error takes something else for the context
  @Handles(ask)
  otherContext(_: Ask, context: EventContext): Promise<Answer> {
    return Promise.resolve({ text: context.id, more: '' });
  }

  @Consumes(told)
  consumer(data: Ask, event: EventContext): Promise<void> {
    return this.whole(data, { ...event, requestId: event.requestId }).then(() => undefined);
  }

  // @ts-expect-error takes other data
  @Consumes(told)
  otherConsumer(data: Other): Promise<void> {
    return Promise.resolve(void data.other);
  }

  // @ts-expect-error an event is not a request
  @Handles(told)
  eventAsRequest(): Promise<void> {
    return Promise.resolve();
  }

  // @ts-expect-error a request is not an event
  @Consumes(ask)
  requestAsEvent(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the decorators of handlers', () => {
  it('let pass what fits a contract and nothing else', async () => {
    const context: CallContext = { requestId: 'r', actor: { kind: 'system', id: 'test' } };
    expect(await new Handlers().whole({ text: 'a' }, context)).toEqual({ text: 'a', more: 'r' });
  });
});
