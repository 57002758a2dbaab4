import { completeOAuth } from '@hawser/contracts/vault';
import { readPlain } from '@hawser/messaging';
import { readCallback } from './callback-query.js';

const long = 'x'.repeat(8_193);

describe('the query of a callback', () => {
  it.each([
    ['all that providers send', { code: 'c', state: 's', iss: 'https://id.example.com' }],
    ['an error', { error: 'access_denied', error_description: 'Nein, "<b>danke</b>"', state: 's' }],
    ['the longest code that there may be', { code: 'x'.repeat(8_192), state: 's' }],
    ['nothing', {}],
  ])('is passed on with %s', (_, query) => {
    expect(readCallback(query)).toEqual(query);
  });

  it('loses what is not of OAuth, and what has no value', () => {
    const query = {
      code: 'c',
      state: 's',
      error: '',
      iss: '',
      scope: ['a', 'b'],
      workspace_id: 'ws_1',
      session: 'x',
    };
    expect(readCallback(query)).toEqual({ code: 'c', state: 's' });
  });

  it.each<[string, unknown]>([
    ['twice', ['x', 'y']],
    ['twice the same', ['x', 'x']],
    ['too long', long],
    ['with a NUL', 'a\0'],
    ['with half a character', '\ud800'],
    ['as an object', { toString: 'x' }],
  ])('counts as without what comes %s, and without a code then', (_, odd) => {
    for (const name of ['code', 'state', 'iss', 'error', 'error_description'] as const) {
      const given = { code: 'c', state: 's', [name]: odd };
      const expected: Record<string, unknown> = { ...given };
      delete expected[name];
      delete expected.code;
      expect(readCallback(given)).toEqual(expected);
    }
  });

  it.each([
    { state: ['s', 's'], code: long },
    { state: 's', code: 'c\0', error: [] },
    Object.assign(
      Object.create(null) as object,
      JSON.parse('{"__proto__":"x","constructor":"y","state":"s"}'),
    ),
  ])('is always one that the vault takes: %j', async (query) => {
    const callback = readCallback(query as Record<string, unknown>);
    expect(await readPlain(completeOAuth.request, callback)).toEqual(callback);
  });
});
