import { ConfigError } from '@hawser/runtime';
import { readConfig } from './config.js';

const key = Buffer.from('a key of thirty-two bytes, no less'.slice(0, 32)).toString('base64');

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      dataDir: '.hawser',
      publicUrl: undefined,
      bootstrapToken: undefined,
      masterKeys: undefined,
      corsOrigins: [],
      egressAllow: [],
      redirectAllow: [],
      databaseUrl: undefined,
      natsUrl: undefined,
      oidc: undefined,
    });
  });

  it('counts an empty value as unset', () => {
    expect(readConfig({ HAWSER_PORT: '', DATABASE_URL: '' })).toMatchObject({
      port: 8080,
      databaseUrl: undefined,
    });
  });

  it('takes networks apart', () => {
    expect(readConfig({ HAWSER_EGRESS_ALLOW: '127.0.0.1/32, fd00::/8' })).toMatchObject({
      egressAllow: ['127.0.0.1/32', 'fd00::/8'],
    });
  });

  it.each([
    ['HAWSER_HOST', '0.0.0.0'],
    ['HAWSER_HOST', '::1'],
    ['HAWSER_PORT', '0'],
    ['HAWSER_MASTER_KEYS', `k2:${key},k1:${key}`],
    ['NATS_URL', 'nats://a:4222, tls://b:4222'],
    ['HAWSER_CORS_ORIGINS', 'https://app.example.com, http://localhost:3000'],
    ['HAWSER_EGRESS_ALLOW', '10.0.0.0/8, fd00::/8, 127.0.0.1/32'],
    ['HAWSER_REDIRECT_ALLOW', 'https://app.example.com/callback'],
    ['COMPOSIO_DEFAULT_CONNECTOR', 'on'],
  ])('takes %s=%s', (name, value) => {
    expect(() => readConfig({ [name]: value })).not.toThrow();
  });

  it.each([
    ['HAWSER_HOST', 'not a host'],
    ['HAWSER_PORT', '65536'],
    ['HAWSER_PORT', '80a'],
    ['HAWSER_PUBLIC_URL', 'example.com'],
    ['HAWSER_CORS_ORIGINS', 'https://app.example.com/path'],
    ['HAWSER_EGRESS_ALLOW', '10.0.0.0'],
    ['HAWSER_EGRESS_ALLOW', '10.0.0.0/33'],
    ['HAWSER_EGRESS_ALLOW', '10.0.0/8'],
    ['HAWSER_REDIRECT_ALLOW', 'ftp://a.example'],
    ['COMPOSIO_BASE_URL', 'composio'],
    ['COMPOSIO_DEFAULT_CONNECTOR', 'maybe'],
    ['MCP_REGISTRY_URL', 'registry'],
    ['OIDC_ISSUER', 'id'],
  ])('refuses %s=%s in one line with the name and the value', (name, value) => {
    const refused = (): unknown => readConfig({ [name]: value });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(new RegExp(`^${name} must .*\\(it is "${value.replace(/[/.]/g, '\\$&')}"\\)$`));
  });

  it('takes an OIDC issuer with an audience, and refuses it without', () => {
    const issuer = 'https://id.example.com';
    const given = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'hawser' };
    expect(readConfig(given).oidc).toEqual({ issuer, audience: 'hawser' });
    const refused = (): unknown => readConfig({ OIDC_ISSUER: issuer });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(/^OIDC_AUDIENCE must be set when OIDC_ISSUER is: .*https:\/\/id\.example\.com/);
  });

  it.each([
    ['HAWSER_BOOTSTRAP_TOKEN', 'hws_live_canary'],
    ['HAWSER_MASTER_KEYS', 'k1:canary'],
    ['HAWSER_MASTER_KEYS', `k1:${key},k2:canary`],
    ['DATABASE_URL', 'mysql://user:canary@host/db'],
    ['NATS_URL', 'http://user:canary@host'],
    ['COMPOSIO_API_KEY', 'canary\0'],
  ])('refuses %s without printing what may be a secret', (name, value) => {
    const refused = (): unknown => readConfig({ [name]: value });
    expect(refused).toThrow(new RegExp(`^${name} must `));
    expect(refused).not.toThrow(/canary/);
  });
});
