import { readConfig } from './config.js';

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({ PATH: '/bin', HAWSER_LOG_LEVEL: '' })).toEqual({
      host: '127.0.0.1',
      port: 8080,
      replicas: 2,
      dataDir: '.hawser-distributed',
      bootstrapToken: undefined,
      masterKeys: undefined,
      databaseUrl: undefined,
      natsUrl: undefined,
      drainSeconds: 25,
      passedOn: {},
    });
  });

  it('passes on what only the programs read', () => {
    const passedOn = { HAWSER_LOG_LEVEL: 'debug', OIDC_AUDIENCE: 'hawser' };
    expect(readConfig({ ...passedOn, HAWSER_PORT: '0', HOME: '/root' })).toMatchObject({ port: 0, passedOn });
  });

  it.each([
    ['HAWSER_PORT', '80a'],
    ['HAWSER_DRAIN_SECONDS', '0'],
    ['HAWSER_REPLICAS', '6'],
    ['HAWSER_BOOTSTRAP_TOKEN', 'hws_live_short'],
    ['DATABASE_URL', 'mysql://db'],
    ['NATS_URL', 'http://nats'],
  ])('refuses %s=%s in one line that names it', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} must .*$`));
  });
});
