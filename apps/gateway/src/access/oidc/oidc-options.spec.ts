import { ConfigError } from '@hawser/runtime';
import { readOidcOptions } from './oidc-options.js';

const issuer = 'https://id.example.com';

it('is no issuer at all, or one with an audience', () => {
  expect(readOidcOptions({ OIDC_ISSUER: undefined, OIDC_AUDIENCE: undefined })).toBeUndefined();
  expect(readOidcOptions({ OIDC_ISSUER: undefined, OIDC_AUDIENCE: 'hawser' })).toBeUndefined();
  expect(readOidcOptions({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'hawser' })).toEqual({
    issuer,
    audience: 'hawser',
  });
});

it('is refused in one line when the audience is missing', () => {
  const refused = (): unknown => readOidcOptions({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: undefined });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(/^OIDC_AUDIENCE must be set [^\n]*https:\/\/id\.example\.com[^\n]*$/);
});
