import { issuerFault } from './issuer.js';
import type { OAuthServer } from '../servers/oauth-server.js';

const issuer = 'https://auth.example.com/tenant';
const server = (fields: Partial<OAuthServer>): OAuthServer =>
  ({ name: 'auth.example.com', issuer, iss_required: false, ...fields }) as OAuthServer;

describe('the issuer that comes with a code', () => {
  it('is the one where the sign-in began', () => {
    expect(issuerFault(server({ iss_required: true }), issuer)).toBeNull();
  });

  it.each([
    'https://evil.example.com/tenant',
    'https://auth.example.com',
    `${issuer}/`,
    'https://AUTH.example.com/tenant',
    ` ${issuer}`,
  ])('is not %j', (iss) => {
    expect(issuerFault(server({}), iss)).toBe(`must be ${issuer}, as the sign-in began at auth.example.com`);
  });

  it.each([undefined, null, ''])('may be missing (%j) unless the server says that it sends it', (iss) => {
    expect([issuerFault(server({}), iss), issuerFault(server({ iss_required: true }), iss)]).toEqual([
      null,
      'is required: auth.example.com says that it always sends it',
    ]);
  });

  it('is not looked at where the provider has none that is known', () => {
    expect(issuerFault(server({ issuer: null }), 'https://accounts.example.com')).toBeNull();
  });
});
