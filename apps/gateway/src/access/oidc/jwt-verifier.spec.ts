import type { ServiceError } from '@hawser/contracts';
import { base64url, exportSPKI, importJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { FakeIssuer, newKey } from '../../testing/fake-issuer.js';
import { IssuerKeys } from './issuer-keys.js';
import { JwtVerifier } from './jwt-verifier.js';

const canary = 'canary-5ee1';
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));

let issuer: FakeIssuer;
let verifier: JwtVerifier;
beforeEach(async () => {
  issuer = await FakeIssuer.start();
  verifier = new JwtVerifier({ issuer: issuer.url, audience: issuer.audience }, new IssuerKeys(issuer.url));
});
afterEach(() => issuer.stop());

/** Why a token is refused; what else it holds must not be told. */
async function refusal(token: string): Promise<string> {
  const outcome = await verifier.verify(token).catch((error: ServiceError) => error);
  if (!(outcome instanceof Error)) throw new Error(`was let in as ${outcome.subject}`);
  expect(outcome).toMatchObject({ name: 'ServiceError', code: 'unauthenticated', details: {} });
  expect(outcome.message).not.toContain(canary);
  expect(outcome.message).not.toContain(token.split('.')[1]);
  return outcome.message;
}

describe('a JWT of the issuer, for this audience', () => {
  it('says who it is and until when', async () => {
    const exp = nowSeconds() + 60;
    expect(await verifier.verify(await issuer.token({ sub: 'auth0|42', exp }))).toEqual({
      subject: 'auth0|42',
      expires_at: new Date(exp * 1_000).toISOString(),
    });
  });

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'may be signed with %s',
    async (alg) => {
      const key = await newKey('other', alg);
      issuer.published.push(key.jwk);
      await expect(verifier.verify(await issuer.token({}, {}, key))).resolves.toBeDefined();
    },
  );

  it.each<JWTPayload>([
    { aud: ['other', 'hawser'] },
    { nbf: nowSeconds() + 20 },
    { iat: nowSeconds() + 20 },
    { iat: undefined },
    { sub: 'x'.repeat(128) },
  ])('may have %j', async (claims) => {
    await expect(verifier.verify(await issuer.token(claims))).resolves.toBeDefined();
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'])('may be of type %s', async (typ) => {
    await expect(verifier.verify(await issuer.token({}, { typ }))).resolves.toBeDefined();
  });

  it('need not name its key where there is only one', async () => {
    await expect(verifier.verify(await issuer.token({}, { kid: undefined }))).resolves.toBeDefined();
  });

  it('expires at the last moment that can be told, if later', async () => {
    for (const exp of ['1e20', '1e999']) {
      const claims = `{"iss":"${issuer.url}","aud":"hawser","sub":"u","exp":${exp}}`;
      const { expires_at } = await verifier.verify(await signed(claims));
      expect(expires_at).toBe('9999-12-31T23:59:59.999Z');
    }
  });
});

/** Signs claims that no builder would write. */
async function signed(claims: string): Promise<string> {
  const { alg, kid, privateKey } = issuer.key;
  const input = `${encode({ alg, kid })}.${base64url.encode(claims)}`;
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(how, privateKey, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

describe('a JWT is refused', () => {
  it.each<[string, JWTPayload, RegExp]>([
    [
      'of another issuer',
      { iss: 'https://evil.example' },
      /issuer "https:\/\/evil\.example".*"https:\/\/id\.example\.com"/,
    ],
    [
      'of the issuer with a slash',
      { iss: 'https://id.example.com/' },
      /of the issuer "https:\/\/id\.example\.com\/"/,
    ],
    ['of no issuer', { iss: undefined }, /has no iss/],
    ['for another audience', { aud: 'app-1' }, /audience "app-1".*"hawser"/],
    ['for other audiences', { aud: ['app-1', 'app-2'] }, /audience \["app-1","app-2"\].*"hawser"/],
    ['for no audience', { aud: undefined }, /has no aud/],
    ['that never expires', { exp: undefined }, /has no exp/],
    ['that has expired', { exp: 1_700_000_000 }, /expired at 2023-11-14T22:13:20\.000Z/],
    ['that has just expired', { exp: nowSeconds() - 1 }, /expired at/],
    ['whose expiry is no number', { exp: 'never' as never }, /exp cannot be read/],
    ['that is not valid yet', { nbf: 4_000_000_000 }, /not valid before 2096-10-02T07:06:40\.000Z/],
    ['whose nbf is no number', { nbf: 'soon' as never }, /nbf cannot be read/],
    ['that was issued in the future', { iat: nowSeconds() + 60 }, /issued in the future/],
    ['without sub', { sub: undefined }, /has no sub/],
    ['with an empty sub', { sub: '' }, /sub must be/],
    ['with a sub that is too long', { sub: canary + 'x'.repeat(128) }, /sub must be .*128/],
    ['with a sub that cannot be kept', { sub: `${canary}\0` }, /sub must be/],
    ['with a sub that is no text', { sub: 42 as never }, /sub must be/],
  ])('%s', async (_, claims, reason) => {
    expect(await refusal(await issuer.token({ email: canary, ...claims }))).toMatch(reason);
  });

  it('when its expiry is no time that can be told', async () => {
    for (const exp of ['-1e999', '-1e20', '0']) {
      const claims = `{"iss":"${issuer.url}","aud":"hawser","sub":"${canary}","exp":${exp}}`;
      expect(await refusal(await signed(claims))).toMatch(/expired at 1970-01-01/);
    }
  });

  it.each(['logout+jwt', 'dpop+jwt', 'application/jwt-other', canary])('of type %s', async (typ) => {
    expect(await refusal(await issuer.token({}, { typ }))).toMatch(/type \(typ\)/);
  });

  it('unsigned', async () => {
    const [, payload] = (await issuer.token()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await refusal(`${encode({ alg })}.${payload}.`)).toMatch(/\(alg\) is none of RS256/);
    }
  });

  it('signed with a public key for a secret', async () => {
    const key = await newKey('rsa', 'RS256');
    issuer.published.push(key.jwk);
    const publicKey = (await importJWK(key.jwk, 'RS256')) as CryptoKey;
    const secrets = [await exportSPKI(publicKey), JSON.stringify(key.jwk), key.jwk.n ?? ''];
    for (const secret of secrets) {
      const claims = { iss: issuer.url, aud: issuer.audience, sub: 'root', exp: nowSeconds() + 60 };
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
        .sign(new TextEncoder().encode(secret.padEnd(32, '=')));
      expect(await refusal(forged)).toMatch(/\(alg\) is none of/);
    }
  });

  it('signed by somebody else under the name of a key of the issuer', async () => {
    const forged = await issuer.token({ sub: canary }, {}, { ...(await newKey('first')), kid: 'first' });
    expect(await refusal(forged)).toMatch(/signature does not fit/);
  });

  it('with a key of its own in the header', async () => {
    const mine = await newKey('mine');
    const claims = { iss: issuer.url, aud: issuer.audience, sub: canary, exp: nowSeconds() + 60 };
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', jwk: mine.jwk, jku: 'https://evil.example/keys', kid: 'mine' })
      .sign(mine.privateKey);
    expect(await refusal(forged)).toMatch(/key that the issuer https:\/\/id\.example\.com does not publish/);
    expect(issuer.asked.join()).not.toContain('evil');
  });

  it('when anything of it was changed', async () => {
    const token = await issuer.token({ sub: canary });
    const [header = '', , signature = ''] = token.split('.');
    const other = encode({ iss: issuer.url, aud: 'hawser', sub: 'root', exp: nowSeconds() + 60 });
    expect(await refusal(`${header}.${other}.${signature}`)).toMatch(/signature does not fit/);
    for (let at = 0; at < token.length; at += 7) {
      if (token[at] === '.') continue;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      await refusal(changed);
    }
  });

  it('when it does not say which of several keys it is signed with', async () => {
    issuer.published.push((await newKey('second')).jwk);
    expect(await refusal(await issuer.token({}, { kid: undefined }))).toMatch(/does not say \(kid\)/);
  });

  it('when its key is not for signing', async () => {
    issuer.published = [{ ...issuer.key.jwk, use: 'enc' }];
    expect(await refusal(await issuer.token())).toMatch(/does not publish/);
  });

  it('when the key that it names is no key', async () => {
    issuer.published = [{ ...issuer.key.jwk, x: 'AAAA' }];
    expect(await refusal(await issuer.token())).toMatch(/cannot be verified with the key/);
  });

  it.each(['AAAA.BBBB.CCCC', 'e30.e30.e30', `${encode([])}.e30.`, `${encode({ alg: 5 })}.e30.AA`])(
    'that is none: %s',
    async (token) => {
      expect(await refusal(token)).toMatch(/cannot be read as one/);
    },
  );

  it('with extensions that must be understood', async () => {
    const { alg, kid, privateKey } = issuer.key;
    const token = await new SignJWT({
      iss: issuer.url,
      aud: issuer.audience,
      sub: 'u',
      exp: nowSeconds() + 60,
    })
      .setProtectedHeader({ alg, kid, crit: ['x'], x: 1 })
      .sign(privateKey, { crit: { x: true } });
    expect(await refusal(token)).toMatch(/cannot be read as one/);
  });

  it('with a long audience, which is told only in part', async () => {
    expect((await refusal(await issuer.token({ aud: 'x'.repeat(5_000) }))).length).toBeLessThan(400);
  });
});
