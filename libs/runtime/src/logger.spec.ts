import { inCall } from '@hawser/messaging';
import { Logger } from '@nestjs/common';
import { createLogger } from './logger.js';

let lines: string[];
const destination = { write: (line: string) => void lines.push(line) };
const logged = (): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

beforeEach(() => (lines = []));

it('writes one JSON object a line, with service, level, time and where it was said', () => {
  const logger = createLogger({ service: 'bindings', level: 'info', destination });
  logger.log('it works', 'Resolver');
  logger.warn('it hardly works', 'Resolver');
  expect(logged()).toEqual([
    {
      level: 'info',
      service: 'bindings',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      context: 'Resolver',
      message: 'it works',
    },
    expect.objectContaining({ level: 'warn', message: 'it hardly works' }),
  ]);
});

it('adds the ids of the call that is being worked on', async () => {
  const logger = createLogger({ service: 'bindings', level: 'info', destination });
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await inCall({ requestId: 'req_1', traceparent }, async () => {
    await Promise.resolve();
    logger.log('inside', 'Test');
  });
  logger.log('outside', 'Test');
  const [inside, outside] = logged();
  expect(inside).toMatchObject({ request_id: 'req_1', trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) });
  expect(outside).not.toHaveProperty('request_id');
});

it('keeps the stack that an error was logged with', () => {
  const logger = createLogger({ service: 'bindings', level: 'info', destination });
  Logger.overrideLogger(logger);
  new Logger('Relay').error('it failed', new Error('because').stack);
  Logger.overrideLogger(false);
  expect(lines.join('')).toContain('because');
  expect(logged()).toMatchObject([{ level: 'error', context: 'Relay', err: { message: 'it failed' } }]);
});

it('leaves out what is below its level, and what Nest says of its own start', () => {
  const logger = createLogger({ service: 'bindings', level: 'info', destination });
  logger.debug?.('details', 'Resolver');
  logger.log('Nest application successfully started', 'NestApplication');
  expect(lines).toEqual([]);
});
