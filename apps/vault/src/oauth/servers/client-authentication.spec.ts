import { aClient, discoveredAt, vendorAt } from '../../testing/token-room.js';
import { authenticate, tokenAuthMethodOf, type TokenAuthMethod } from './client-authentication.js';

const origin = 'https://login.example.com';

function authenticated(method: TokenAuthMethod, client = aClient()): { header: string | null; body: string } {
  const headers = new Headers();
  const params = new URLSearchParams({ grant_type: 'refresh_token' });
  authenticate(method, client, headers, params);
  return { header: headers.get('authorization'), body: params.toString() };
}
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

it('says only the id of a public client', () => {
  expect(authenticated('none')).toEqual({
    header: null,
    body: 'grant_type=refresh_token&client_id=client-1',
  });
});

it('puts id and secret into the body', () => {
  expect(authenticated('client_secret_post')).toEqual({
    header: null,
    body: 'grant_type=refresh_token&client_id=client-1&client_secret=client-secret-1',
  });
});

it('puts id and secret into the header, and nothing into the body', () => {
  expect(authenticated('client_secret_basic')).toEqual({
    header: basic('client-1:client-secret-1'),
    body: 'grant_type=refresh_token',
  });
});

it('encodes both parts of the header as a form does (RFC 6749, section 2.3.1)', () => {
  const client = aClient({ clientId: 'https://a.example/b:c', clientSecret: 'p%q r+ü' });
  expect(authenticated('client_secret_basic', client).header).toBe(
    basic('https%3A%2F%2Fa.example%2Fb%3Ac:p%25q+r%2B%C3%BC'),
  );
});

describe('the way that is taken', () => {
  it.each(['none', 'client_secret_post', 'client_secret_basic'])('is %s as registered', (tokenAuthMethod) => {
    expect(tokenAuthMethodOf(vendorAt(origin, 'zoom'), aClient({ tokenAuthMethod }))).toBe(tokenAuthMethod);
  });

  it.each([
    ['zoom', 'client_secret_basic'],
    ['google', 'client_secret_post'],
  ])("of %s is the vendor's", (id, method) => {
    expect(tokenAuthMethodOf(vendorAt(origin, id), aClient())).toBe(method);
    expect(tokenAuthMethodOf(vendorAt(origin, id), aClient({ clientSecret: null }))).toBe('none');
  });

  it.each([
    [[], 'client_secret_basic'],
    [['client_secret_post'], 'client_secret_post'],
    [['private_key_jwt', 'client_secret_basic', 'client_secret_post'], 'client_secret_basic'],
  ])('of a server that knows %j is %s', (token_auth_methods, method) => {
    const server = discoveredAt(origin, { token_auth_methods });
    expect(tokenAuthMethodOf(server, aClient())).toBe(method);
    expect(tokenAuthMethodOf(server, aClient({ clientSecret: null }))).toBe('none');
  });
});
