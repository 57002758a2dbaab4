import { ConfigError, readEnvironment } from './environment.js';
import * as variables from './variables.js';

const specs = {
  HAWSER_PORT: variables.port({ default: 8080 }),
  NATS_URL: variables.natsUrl(),
  HAWSER_LOG_LEVEL: variables.logLevel({ default: 'info' }),
  OTEL_TRACES_SAMPLER_ARG: variables.ratio({ default: 1 }),
  HAWSER_DRAIN_SECONDS: variables.count(1, 600)({ default: 25 }),
};
const read = (environment: NodeJS.ProcessEnv): unknown =>
  readEnvironment({ NATS_URL: 'nats://127.0.0.1:4222', ...environment }, specs);

it('fills in what is not given', () => {
  expect(read({ HAWSER_PORT: '' })).toMatchObject({ HAWSER_PORT: 8080, HAWSER_LOG_LEVEL: 'info' });
});

it('says in one line what has to be given', () => {
  expect(() => readEnvironment({}, specs)).toThrow(
    new ConfigError('NATS_URL must be set; see docs/configuration.md'),
  );
});

it.each([
  ['HAWSER_LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'must be a number from 0 to 1'],
  ['HAWSER_DRAIN_SECONDS', '0', 'must be a whole number from 1 to 600'],
  ['HAWSER_DRAIN_SECONDS', '601', 'must be a whole number from 1 to 600'],
  ['HAWSER_DRAIN_SECONDS', '1e2', 'must be a whole number from 1 to 600'],
])('refuses %s=%s', (name, value, complaint) => {
  expect(() => read({ [name]: value })).toThrow(new ConfigError(`${name} ${complaint} (it is "${value}")`));
});

it.each(['0', '1', '0.25', '.5', '1.0'])('takes %s as a ratio', (value) => {
  expect(read({ OTEL_TRACES_SAMPLER_ARG: value })).toMatchObject({ OTEL_TRACES_SAMPLER_ARG: Number(value) });
});

it.each(['nats:', 'nats://', 'nats://a,nats://', 'nats://user:50%@host', 'a:4222', 'nats://a,b'])(
  'refuses %s as the address of NATS',
  (value) => expect(() => read({ NATS_URL: value })).toThrow(/^NATS_URL must be a URL such as/),
);

it.each(['nats://a', 'tls://user:p%40ss@a:4222', 'nats://token@a, nats://b:4223'])(
  'takes %s as the address of NATS',
  (value) => expect(read({ NATS_URL: value })).toMatchObject({ NATS_URL: value }),
);

it('does not repeat a secret that it refuses', () => {
  expect(() => read({ NATS_URL: 'http://user:geheim@host' })).toThrow(/^NATS_URL must be a URL such as/);
  expect(() => read({ NATS_URL: 'http://user:geheim@host' })).not.toThrow(/geheim/);
});
