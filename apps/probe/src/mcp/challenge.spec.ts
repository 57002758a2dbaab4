import { challengeOf } from './challenge.js';

const challengeIn = (header?: string): ReturnType<typeof challengeOf> =>
  challengeOf(
    new Response(null, { status: 401, headers: header === undefined ? {} : { 'www-authenticate': header } }),
  );
const url = 'https://mcp.example.com/.well-known/oauth-protected-resource';

describe('a challenge', () => {
  it.each([
    [undefined, { scopes: [] }],
    ['Bearer', { scheme: 'Bearer', scopes: [] }],
    ['Basic realm="x"', { scheme: 'Basic', scopes: [] }],
    [
      `Bearer resource_metadata="${url}", scope="a b a"`,
      { scheme: 'Bearer', resourceMetadataUrl: new URL(url), scopes: ['a', 'b'] },
    ],
    [`DPoP resource_metadata=${url}`, { scheme: 'DPoP', resourceMetadataUrl: new URL(url), scopes: [] }],
  ])('of %s is read', (header, challenge) => {
    expect(challengeIn(header)).toEqual(challenge);
  });

  it.each([
    ['a scheme that is none', '"Bearer" scope="a"', { scopes: [] }],
    ['a scheme that is far too long', `${'x'.repeat(65)} a`, { scopes: [] }],
    ['metadata at no URL', 'Bearer resource_metadata="nowhere"', { scheme: 'Bearer', scopes: [] }],
    [
      'metadata at a URL that is far too long',
      `Bearer resource_metadata="${url}?${'x'.repeat(2_048)}"`,
      { scheme: 'Bearer', scopes: [] },
    ],
    [
      'scopes that are none',
      `Bearer scope="a\\b ok ${'x'.repeat(257)}"`,
      { scheme: 'Bearer', scopes: ['ok'] },
    ],
  ])('has %s left out', (_, header, challenge) => {
    expect(challengeIn(header)).toEqual(challenge);
  });

  it('has a hundred scopes at most', () => {
    const scope = Array.from({ length: 200 }, (_, index) => `s${index}`).join(' ');
    expect(challengeIn(`Bearer scope="${scope}"`).scopes).toHaveLength(100);
  });
});
