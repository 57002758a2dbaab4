import { codeChallengeOf, hashOfState, isSameSecret, newCodeVerifier, newState } from './flow-secrets.js';

describe('what a flow is known by', () => {
  it('is 256 random bits in characters that need no escaping, another each time', () => {
    const made = Array.from({ length: 100 }, () => [newState(), newCodeVerifier()]).flat();
    expect(new Set(made).size).toBe(200);
    expect(made.filter((text) => !/^[A-Za-z0-9_-]{43}$/.test(text))).toEqual([]);
  });

  it('is kept as a SHA-256, which does not hold the state itself', () => {
    expect(hashOfState('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('is shown to the provider as the challenge of RFC 7636, appendix B', () => {
    expect(codeChallengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('is compared whole', () => {
    expect([isSameSecret('abc', 'abc'), isSameSecret('abc', 'abd'), isSameSecret('abc', 'abcd')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
