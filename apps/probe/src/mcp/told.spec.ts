import { inOneLine, keepable, quoted, secretsOf, selfPortrait } from './told.js';

describe('a text of a server', () => {
  it('is kept without NUL and halves of surrogate pairs, and cut between characters', () => {
    expect(keepable('a\0b\ud800c\udc00')).toBe('a\ufffdb\ufffdc\ufffd');
    expect(keepable('abc', 2)).toBe('ab');
    expect(keepable('a\ud83d\ude00', 2)).toBe('a\ufffd');
    expect(keepable('a\ud83d\ude00', 3)).toBe('a\ud83d\ude00');
  });

  it('is quoted in one line, and cut', () => {
    expect(quoted('  two\r\nlines\u001b[31m\u202e ', [])).toBe('"two lines [31m"');
    expect(quoted('x'.repeat(300), [])).toBe(`"${'x'.repeat(200)}…"`);
    expect(quoted(' \n\0', [])).toBeUndefined();
  });

  it('is quoted without any secret, however they overlap', () => {
    const secrets = ['abcd', 'Bearer abcdef', 'abcdef', 'xyz'];
    expect(quoted('got Bearer abcdef, abcd and xyz', secrets)).toBe('"got …, … and xyz"');
  });

  it('is part of words of ours in the same way, without quotes', () => {
    expect(inOneLine('to https://a.example/t0ken/\nx', ['t0ken'])).toBe('to https://a.example/…/ x');
    expect(inOneLine('x'.repeat(11), [], 10)).toBe('xxxxxxxxxx…');
    expect(inOneLine(' ', [])).toBe('');
  });
});

describe('what must not be repeated', () => {
  it('is all that was sent: header values, their parts, and the query', () => {
    const endpoint = new URL('https://mcp.example.com/mcp?key=s%20ecret&b=2');
    const headers = { authorization: 'Bearer t0ken', cookie: 'a=1; session=s3ssion' };
    expect(secretsOf({ endpoint, headers })).toEqual(
      expect.arrayContaining([
        'Bearer t0ken',
        't0ken',
        's3ssion',
        'key=s%20ecret&b=2',
        's%20ecret',
        's ecret',
      ]),
    );
  });
});

describe('what a server tells of itself', () => {
  it('is kept, with texts that everybody can keep', () => {
    const told = { name: 'a\0', 'b\ud800': [{ c: 'd\udc00', n: 1, no: null }], gone: undefined };
    expect(selfPortrait(told)).toEqual({ name: 'a\ufffd', 'b\ufffd': [{ c: 'd\ufffd', n: 1, no: null }] });
    expect(selfPortrait(undefined)).toBeUndefined();
  });

  it('is kept as it is named, whatever that does elsewhere', () => {
    const told = selfPortrait(JSON.parse('{"__proto__":{"a":1}}') as object);
    expect(JSON.stringify(told)).toBe('{"__proto__":{"a":1}}');
  });

  it('is left out when it is larger or deeper than anybody needs', () => {
    expect(selfPortrait({ icon: 'x'.repeat(32_000) })).toBeDefined();
    expect(selfPortrait({ icon: 'x'.repeat(33_000) })).toBeUndefined();
    const nested = (levels: number): object =>
      JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as object;
    expect(selfPortrait({ a: nested(20) })).toBeDefined();
    expect(selfPortrait({ a: nested(100_000) })).toBeUndefined();
  });
});
