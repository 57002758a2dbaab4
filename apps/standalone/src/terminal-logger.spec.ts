import { jest } from '@jest/globals';
import { inCall } from '@hawser/messaging';
import { stripVTControlCharacters } from 'node:util';
import { TerminalLogger } from './terminal-logger.js';

let written: string;
beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written += stripVTControlCharacters(String(text));
      return true;
    });
});
afterEach(() => jest.restoreAllMocks());

it('adds the id of the request that is being worked on, by which a problem document names it', async () => {
  const logger = new TerminalLogger();
  await inCall({ requestId: 'req_1' }, async () => {
    await Promise.resolve();
    logger.warn('it was declined', 'Callback');
    logger.error('it failed', 'at this place', 'Callback');
  });
  logger.warn('of no request', 'Worker');
  expect(written.match(/(WARN|ERROR) .*/g)).toEqual([
    'WARN [Callback] req_1 it was declined',
    expect.stringMatching(/^ERROR \[Callback\] req_1 it failed/),
    expect.stringMatching(/^WARN \[Worker\] of no request/),
  ]);
  expect(written).toContain('at this place');
});

it('leaves out what nobody has to know', () => {
  new TerminalLogger().log('all is well', 'Worker');
  expect(written).toBe('');
});
