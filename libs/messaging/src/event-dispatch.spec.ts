import { defineEvent } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { IsString } from 'class-validator';
import { register } from 'prom-client';
import { consumeEvent } from './event-dispatch.js';
import { newEvent } from './testing/events-suite.js';

class Question {
  @IsString() text!: string;
}

const asked = defineEvent({ subject: 'hawser.events.oracle.question.asked.v1', data: Question });

describe('the way of an event through a service', () => {
  const logger = new Logger();
  Logger.overrideLogger(false);

  const consume = (data: object, handler: () => Promise<void>): Promise<void> =>
    consumeEvent(
      { contract: asked, handler, logger },
      Buffer.from(JSON.stringify(newEvent(data, asked.subject))),
    );

  it('is measured by its outcome', async () => {
    const done = (): Promise<void> => Promise.resolve();
    await consume({ text: 'a' }, done);
    await consume({ text: 'b' }, done);
    await consume({ text: 5 }, done);
    await expect(consume({ text: 'c' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const measured = await register.getSingleMetric('hawser_event_handling_duration_seconds')?.get();
    const counts = measured?.values
      .filter((value) => (value as { metricName?: string }).metricName?.endsWith('_count'))
      .map(({ labels, value }) => [labels.subject, labels.outcome, value]);
    expect(counts).toEqual([
      [asked.subject, 'done', 2],
      [asked.subject, 'dropped', 1],
      [asked.subject, 'failed', 1],
    ]);
  });
});
