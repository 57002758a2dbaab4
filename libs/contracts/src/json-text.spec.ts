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
/** What a program can be given. */
const processText = text.filter((value) => !value.includes('\0'));
const variable = fc.stringMatching(/^[A-Za-z_.-][A-Za-z0-9_.-]{0,12}$/);
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null));

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNoText = (value: unknown): boolean => typeof value !== 'string' && value !== null;

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
      fc.property(processText, (content) => {
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
    fc.assert(fc.property(fc.array(processText), (args) => expect(argsProblem(json(args))).toBeNull()));
  });

  it('are nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const isArgs =
          Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes('\0'));
        expect(argsProblem(json(value)) === null).toBe(isArgs);
      }),
    );
  });
});

describe('env', () => {
  it('is any object of strings and nulls', () => {
    fc.assert(
      fc.property(fc.dictionary(variable, fc.option(processText)), (env) =>
        expect(envProblem(json(env))).toBeNull(),
      ),
    );
  });

  it('is nothing else', () => {
    const other = fc
      .jsonValue()
      .filter((value) => !isObject(value) || Object.values(value as object).some(isNoText));
    fc.assert(fc.property(other, (value) => expect(envProblem(json(value))).not.toBeNull()));
  });

  it.each(['', 'A=B', 'A B', 'A\n', '\0', '\u0007'])('is refused with a variable named %j', (name) => {
    expect(envProblem(json({ [name]: 'x' }))).toMatch(/^has a variable whose name/);
  });

  it('and args are refused with a NUL, which no program can be given', () => {
    expect(envProblem(json({ A: 'a\0b' }))).not.toBeNull();
    expect(argsProblem(json(['a\0b']))).not.toBeNull();
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

  it.each(['\r', '\n', '\0', '\u001b', '\u007f', '\b', '\u2028', '😀'])(
    'are refused with %j in a value',
    (character) => {
      expect(headersProblem(json({ 'X-A': `a${character}b` }))).toContain('"X-A"');
    },
  );

  it.each(['', ' ', 'a b', 'a:', 'ä', 'a\r\n', '(a)', 'a,b', '"'])('are refused with the name %j', (name) => {
    expect(headersProblem(json({ [name]: 'x' }))).toContain('not a valid header name');
  });

  it('are refused without repeating what was pasted in place of a name', () => {
    expect(headersProblem(json({ 'Authorization: Bearer canary': 'x' }))).not.toContain('canary');
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'Connection'])('are refused with %s', (name) => {
    expect(headersProblem(json({ [name]: 'x' }))).toContain('belongs to the connection');
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
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        if (/\d{16}|e\+/.test(json(value))) return;
        expect(configProblem(json(value)) === null).toBe(isObject(value));
      }),
    );
  });

  it.each(['12345678901234567890', '-9007199254740992', '1e400', '-1e999'])(
    'is refused with the number %s, which would come out as another',
    (number) => {
      expect(configProblem(`{"a":[{"b":${number}}]}`)).toContain(number);
    },
  );

  it.each(['9007199254740991', '0.1', '1e-7', '1.5e300', '0'])('may hold the number %s', (number) => {
    expect(configProblem(`{"a":${number}}`)).toBeNull();
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
