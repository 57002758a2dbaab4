import fc from 'fast-check';
import {
  argsProblem,
  configProblem,
  deletesEntries,
  envProblem,
  headersProblem,
  isKeepable,
} from './json-text.js';

const checks = { argsProblem, envProblem, headersProblem, configProblem };
const json = JSON.stringify;

// RFC 9110 section 5.6.2
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const headerValue = fc.stringMatching(/^[\t -~\u00a0-\u00ff]{0,20}$/);
const text = fc.string({ unit: 'binary' });
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null));

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('JSON kept as text', () => {
  it.each(Object.entries(checks))(
    'is answered by %s, whatever it is, by a sentence or null',
    (_, problem) => {
      fc.assert(
        fc.property(fc.oneof(fc.anything(), fc.string(), fc.json()), (value) => {
          const answer = problem(value);
          expect(answer === null || /^(must|has) /.test(answer)).toBe(true);
        }),
      );
    },
  );

  it.each(Object.entries(checks))('is refused by %s when it is no JSON', (_, problem) => {
    for (const value of ['', '{', '[', "{'a':1}", '{"a":1,}', '[1] x', 'undefined', 'NaN', '\ufeff{}']) {
      expect([value, problem(value)]).toEqual([value, 'must be valid JSON']);
    }
  });

  it.each(Object.entries(checks))('is refused by %s when it is not text', (_, problem) => {
    for (const value of [undefined, null, 5, {}, [], true]) {
      expect(problem(value)).toBe('must be a string that holds JSON');
    }
  });

  it.each(Object.entries(checks))(
    'is measured by %s in bytes, of which it may have 64 KiB',
    (name, problem) => {
      const wrap = (content: string): string =>
        name === 'argsProblem' ? `["${content}"]` : `{"a":"${content}"}`;
      const room = 65_536 - wrap('').length;
      expect(problem(wrap('x'.repeat(room)))).toBeNull();
      expect(problem(wrap('x'.repeat(room + 1)))).toBe('must be at most 64 KiB, and is 65537 bytes');
      expect(problem(wrap('ä'.repeat(room / 2 + 1)))).toMatch(/^must be at most 64 KiB, and is \d+ bytes$/);
    },
  );

  it('holds characters that the database cannot keep only as escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (content) => {
        const written = json({ a: content });
        expect(envProblem(written)).toBeNull();
      }),
    );
    for (const raw of ['\0', '\ud800', '\udc00']) {
      expect(isKeepable(`a${raw}b`)).toBe(false);
      expect(envProblem(`{"a":"${raw}"}`)).not.toBeNull();
    }
    expect(isKeepable('a😀\n')).toBe(true);
  });
});

describe('args', () => {
  it('are any list of strings', () => {
    fc.assert(fc.property(fc.array(text), (args) => expect(argsProblem(json(args))).toBeNull()));
  });

  it('are nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isArgs = Array.isArray(value) && value.every((item) => typeof item === 'string');
        expect(argsProblem(json(value)) === null).toBe(isArgs);
      }),
    );
  });
});

describe('env', () => {
  it('is any object of strings and nulls', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.option(text)), (env) => expect(envProblem(json(env))).toBeNull()),
    );
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isEnv =
          isObject(value) &&
          Object.values(value as object).every((item) => typeof item === 'string' || item === null);
        expect(envProblem(json(value)) === null).toBe(isEnv);
      }),
    );
  });
});

describe('headers', () => {
  it('are any tokens with printable values or null', () => {
    const headers = fc.uniqueArray(fc.tuple(token, fc.option(headerValue)), {
      selector: ([name]) => name.toLowerCase(),
    });
    fc.assert(
      fc.property(headers, (entries) => {
        // An object, so that a name such as __proto__ is a name like any other.
        const written = `{${entries.map(([name, value]) => `${json(name)}:${json(value)}`).join(',')}}`;
        expect(headersProblem(written)).toBeNull();
      }),
    );
  });

  it('are refused with a name twice in another case', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), (name) => {
        expect(headersProblem(json({ [name]: 'a', [name.toUpperCase()]: 'b' }))).toContain('twice');
      }),
    );
  });

  it.each(['\r', '\n', '\0', '\u001b', '\u007f', '\b'])('are refused with %j in a value', (character) => {
    expect(headersProblem(json({ 'X-A': `a${character}b` }))).toContain('"X-A"');
  });

  it.each(['', ' ', 'a b', 'a:', 'ä', 'a\r\n', '(a)', 'a,b', '"'])('are refused with the name %j', (name) => {
    expect(headersProblem(json({ [name]: 'x' }))).toContain('not a valid header name');
  });

  it('are refused with a value that is no string', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer(), fc.boolean(), fc.array(text), fc.dictionary(text, text)),
        (value) => {
          expect(headersProblem(json({ 'X-A': value }))).toContain('"X-A"');
        },
      ),
    );
    for (const value of [[], 'a', 5, null]) expect(headersProblem(json(value))).toContain('JSON object');
  });
});

describe('config', () => {
  it('is any object, and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(configProblem(json(value)) === null).toBe(isObject(value));
      }),
    );
  });

  it('may be nested 64 levels deep, lists counting too', () => {
    const objects = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1);
    const lists = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    for (const nested of [objects, lists]) {
      expect(configProblem(nested(64))).toBeNull();
      expect(configProblem(nested(65))).toContain('64');
      expect(configProblem(nested(12_000))).not.toBeNull();
    }
  });
});

describe('whether a text deletes entries', () => {
  it('is whether a value is null, at the top level only', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, scalar, fc.array(scalar))), (entries) => {
        expect(deletesEntries(json(entries))).toBe(Object.values(entries).includes(null));
      }),
    );
    expect(deletesEntries(null)).toBe(false);
  });
});
