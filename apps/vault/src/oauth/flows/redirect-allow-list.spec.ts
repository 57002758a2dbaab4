import { ServiceError } from '@hawser/contracts';
import { RedirectAllowList } from './redirect-allow-list.js';

const callback = 'https://hawser.example.com/api/v1/oauth/callback';
const listed = 'https://app.example.com/oauth/done';
const list = new RedirectAllowList([listed, 'https://app.example.com/settings?tab=tools']);

/** What was refused, and for which field. */
function refusalOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return `${error.code} ${error.details.errors?.map(({ field }) => field).join()}`;
  }
}

const ofRedirectUri = (uri: string): string | undefined =>
  refusalOf(() => list.requireRedirectUri(uri, callback));
const ofReturnTo = (url: string): string | undefined => refusalOf(() => list.requireReturnTo(url));

describe('a redirect URI', () => {
  it.each([
    callback,
    listed,
    'http://127.0.0.1:1/',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:49152/callback',
    'http://127.0.0.1:8080/a/b.c/~d;e=1,2/%2F',
  ])('may be %s', (uri) => {
    expect(ofRedirectUri(uri)).toBeUndefined();
  });

  it.each([
    ['one character more than a listed one', `${listed}/`],
    ['one character less', listed.slice(0, -1)],
    ['one other character', 'https://app.example.com/oauth/dona'],
    ['the same in capitals', 'https://app.example.com/OAuth/done'],
    ['the same host in capitals', 'https://APP.example.com/oauth/done'],
    ['the same scheme in capitals', 'HTTPS://app.example.com/oauth/done'],
    ['the same by another scheme', 'http://app.example.com/oauth/done'],
    ['the same with its default port', 'https://app.example.com:443/oauth/done'],
    ['the same with a dot behind the host', 'https://app.example.com./oauth/done'],
    ['the same, escaped', 'https://app.example.com/oauth/d%6Fne'],
    ['the same by a detour', 'https://app.example.com/x/../oauth/done'],
    ['the same and a query', `${listed}?next=https://evil.example.com`],
    ['the same and a fragment', `${listed}#x`],
    ['the same and a blank', `${listed} `],
    ['the same and a line end', `${listed}\n`],
    ['the same with a tab within', 'https://app.example.com/oauth/\tdone'],
    ['a longer host', 'https://app.example.com.evil.example/oauth/done'],
    ['a listed host as a user', 'https://app.example.com@evil.example/oauth/done'],
    ['a listed host with a user', 'https://evil@app.example.com/oauth/done'],
    ['a listed host behind a backslash', 'https://evil.example\\@app.example.com/oauth/done'],
    ['the callback and more', `${callback}/`],
    ['the callback in capitals', callback.toUpperCase()],
    ['a script', 'javascript:alert(1)'],
    ['a script that looks like a listed one', `javascript:location="${listed}"`],
    ['a scheme of an app', 'com.example.app:/oauth'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['no scheme', '//127.0.0.1:8080/callback'],
    ['nothing', ''],
  ])('is not %s', (_, uri) => {
    expect(ofRedirectUri(uri)).toBe('validation_failed redirect_uri');
  });

  it.each([
    'http://localhost:8080/callback',
    'http://localhost.:8080/callback',
    'http://127.1:8080/callback',
    'http://127.0.1:8080/callback',
    'http://127.0.0.1.:8080/callback',
    'http://127.0.0.2:8080/callback',
    'http://127.0.0.01:8080/callback',
    'http://0127.0.0.1:8080/callback',
    'http://0x7f.0.0.1:8080/callback',
    'http://0x7f000001:8080/callback',
    'http://2130706433:8080/callback',
    'http://017700000001:8080/callback',
    'http://１２７.0.0.1:8080/callback',
    'http://127。0。0。1:8080/callback',
    'http://0.0.0.0:8080/callback',
    'http://[::]:8080/callback',
    'http://[0:0:0:0:0:0:0:1]:8080/callback',
    'http://[::0001]:8080/callback',
    'http://[::ffff:127.0.0.1]:8080/callback',
    'http://[::1%25lo]:8080/callback',
    'HTTP://127.0.0.1:8080/callback',
    'https://127.0.0.1:8080/callback',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:8080',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:080/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:99999/callback',
    'http://127.0.0.1:8080/callback?next=x',
    'http://127.0.0.1:8080/callback#x',
    'http://127.0.0.1:8080/call back',
    'http://127.0.0.1:8080/call\\back',
    'http://127.0.0.1:8080\\callback',
    'http:\\\\127.0.0.1:8080\\callback',
    'http:/127.0.0.1:8080/callback',
    'http:127.0.0.1:8080/callback',
    'http://127.0.0.1:8080/%zz',
    'http://127.0.0.1:8080/callback\n',
    'http://127.0.0.1:8080/callback\u0000',
    'http://127.0.0.1:8080/\tcallback',
    ' http://127.0.0.1:8080/callback',
    'http://127.0.0.1:8080@evil.example/callback',
    'http://user@127.0.0.1:8080/callback',
    'http://evil.example:8080/127.0.0.1:8080/callback',
    'http://127.0.0.1:8080.evil.example/callback',
    'http://127.0.0.1.evil.example:8080/callback',
  ])('is no loopback address when it is %j', (uri) => {
    expect(ofRedirectUri(uri)).toBe('validation_failed redirect_uri');
  });

  it('that is refused is told with what would do', () => {
    expect(() => list.requireRedirectUri('javascript:alert(1)', callback)).toThrow(
      `redirect_uri must be ${callback}, one of HAWSER_REDIRECT_ALLOW, or http://127.0.0.1 or http://[::1] with a port and a path, ` +
        'character by character (it is "javascript:alert(1)")',
    );
  });
});

describe('an address to return to', () => {
  it.each([listed, 'https://app.example.com/settings?tab=tools'])('may be %s', (url) => {
    expect(ofReturnTo(url)).toBeUndefined();
  });

  it.each([
    'http://127.0.0.1:8080/callback',
    callback,
    `${listed}/`,
    'https://app.example.com/settings?tab=tools&x=1',
    'javascript:alert(1)',
    '/settings',
    '//evil.example',
  ])('is not %s', (url) => {
    expect(ofReturnTo(url)).toBe('validation_failed return_to');
  });
});
