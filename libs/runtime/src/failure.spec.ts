import { ConfigError } from './environment.js';
import { describeFailure } from './failure.js';

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

it.each([
  [new ConfigError('HAWSER_PORT must be a port'), 'HAWSER_PORT must be a port'],
  [coded('EADDRINUSE', 'listen EADDRINUSE 127.0.0.1:80'), /^listen EADDRINUSE .*set HAWSER_PORT/],
  [coded('EADDRNOTAVAIL', 'listen EADDRNOTAVAIL 10.9.9.9'), /^listen EADDRNOTAVAIL .*set HAWSER_HOST/],
  [coded('ENOTFOUND', 'getaddrinfo ENOTFOUND no.such.host'), /^getaddrinfo ENOTFOUND .*set HAWSER_HOST/],
])('says in one line what a person can mend: %s', (error, line) => {
  const said = describeFailure(error);
  expect(said).toMatch(line);
  expect(said).not.toContain('\n');
});

it('lets the program explain what only it knows', () => {
  const explain = (error: unknown): string | undefined =>
    error instanceof RangeError ? 'too many' : undefined;
  expect(describeFailure(new RangeError('x'), explain)).toBe('too many');
  expect(describeFailure(new TypeError('x'), explain)).toContain('failure.spec');
});

it('says where a defect of ours comes from', () => {
  expect(describeFailure(new TypeError('x is undefined'))).toMatch(/^TypeError: x is undefined\n +at /);
  expect(describeFailure('thrown as a text')).toBe('thrown as a text');
});

it('says everything that could not be ended', () => {
  const stuck = new AggregateError(
    [new ConfigError('the bus is stuck'), 'the database too'],
    'not everything',
  );
  expect(describeFailure(stuck)).toBe('not everything:\nthe bus is stuck\nthe database too');
});
