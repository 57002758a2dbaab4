import { ConfigError } from '@hawser/runtime';
import { readOidcOptions } from './oidc-options.js';

const issuer = 'https://id.example.com';

it('is no issuer at all, or one with an audience', () => {
  expect(readOidcOptions({ OIDC_ISSUER: undefined, OIDC_AUDIENCE: undefined })).toBeUndefined();
  expect(readOidcOptions({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'hawser' })).toEqual({
    issuer,
    audience: 'hawser',
  });
});

it('is refused in one line when there is an audience but no issuer', () => {
  const refused = (): unknown => readOidcOptions({ OIDC_ISSUER: undefined, OIDC_AUDIENCE: 'hawser' });
  expect(refused).toThrow(
    new ConfigError('OIDC_ISSUER must be set when OIDC_AUDIENCE is: the issuer whose JWTs are to be taken'),
  );
});

it('is refused in one line when the audience is missing', () => {
  const refused = (): unknown => readOidcOptions({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: undefined });
  expect(refused).toThrow(ConfigError);
  expect(refused).toThrow(/^OIDC_AUDIENCE must be set [^\n]*https:\/\/id\.example\.com[^\n]*$/);
});

it.each(['http://id.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.7:8080'])(
  'is refused in one line when its keys would come in the clear: %s',
  (url) => {
    const refused = (): unknown => readOidcOptions({ OIDC_ISSUER: url, OIDC_AUDIENCE: 'hawser' });
    expect(refused).toThrow(
      new ConfigError(`OIDC_ISSUER must be an https URL, unless on this machine (it is "${url}")`),
    );
  },
);

it.each(['http://127.0.0.1:4000', 'http://localhost:4000/realm', 'http://[::1]:4000'])(
  'may be in the clear on this machine: %s',
  (url) =>
    expect(readOidcOptions({ OIDC_ISSUER: url, OIDC_AUDIENCE: 'hawser' })).toEqual({
      issuer: url,
      audience: 'hawser',
    }),
);
