import { inspect } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import type { ClassOf } from './contract.js';
import { isSecretField, type FieldOptions } from './field.js';
import {
  ArgsJson,
  ConfigJson,
  Dictionary,
  Email,
  Endpoint,
  EnvJson,
  Flag,
  HeadersJson,
  Id,
  Integer,
  ListOf,
  Name,
  Nested,
  NestedList,
  OneOf,
  Patterned,
  QueryFlag,
  Slug,
  Strings,
  Text,
  Timestamp,
} from './fields.js';

type Field = (options?: FieldOptions) => PropertyDecorator;

/** A class with this one field, in `value`. */
function holding(decorator: PropertyDecorator): ClassOf<{ value?: unknown }> {
  class Subject {
    value?: unknown;
  }
  decorator(Subject.prototype, 'value');
  return Subject;
}

async function read(
  decorator: PropertyDecorator,
  plain: object,
): Promise<{ value: unknown; messages: string[] }> {
  const instance = plainToInstance(holding(decorator), plain);
  return { value: instance.value, messages: messagesOf(await validate(instance)) };
}

function messagesOf(errors: ValidationError[]): string[] {
  return errors.flatMap(({ constraints, children }) => [
    ...Object.values(constraints ?? {}),
    ...messagesOf(children ?? []),
  ]);
}

const accepts = async (decorator: PropertyDecorator, value: unknown): Promise<boolean> =>
  (await read(decorator, { value })).messages.length === 0;

class Inner {
  @Name() name!: string;
}

const times = (count: number, text = 'x'): string => text.repeat(count);
const inBase64 = '{"a":"'.length;

/** What each kind of field takes and what it refuses, null and undefined left to the table below. */
const kinds: { kind: string; field: Field; good: unknown[]; bad: unknown[] }[] = [
  {
    kind: 'Name',
    field: Name,
    good: ['a', 'Z', '9', 'github-mcp', 'A.b_c-d', times(64)],
    bad: ['', '-a', '.a', '_a', 'a b', 'ä', 'a/b', 'a\n', times(65), 5, ['a'], {}],
  },
  {
    kind: 'Slug',
    field: Slug,
    good: ['a', '9', 'a-b', 'a--b', times(63)],
    bad: ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a\n', times(64), 5],
  },
  {
    kind: 'Text',
    field: Text,
    good: ['a', ' ', 'ä ✓ 😀', 'two\nlines', times(1024)],
    bad: ['', times(1025), 'a\0', '\ud800', '\udc00x', 5, true, ['a'], {}],
  },
  {
    kind: 'Text of 0 to 3 characters',
    field: (options) => Text({ min: 0, max: 3, ...options }),
    good: ['', 'abc'],
    bad: ['abcd', '\0', 0],
  },
  {
    kind: 'Id',
    field: Id,
    good: ['srv_01h455vb4pex5vsknk084sn02q', 'x', times(128)],
    bad: ['', times(129), 'a\0b', 7],
  },
  {
    kind: 'Patterned',
    field: (options) => Patterned(/^[a-c]{0,2}$/, 'must be a few of a to c', options),
    good: ['', 'ab'],
    bad: ['abc', 'd', 'a\n', 1],
  },
  { kind: 'Flag', field: Flag, good: [true, false], bad: ['true', 1, 0, '', []] },
  {
    kind: 'OneOf',
    field: (options) => OneOf(['a', 'b'], options),
    good: ['a', 'b'],
    bad: ['c', '', 'A', 0, ['a']],
  },
  {
    kind: 'ListOf',
    field: (options) => ListOf(['a', 'b'], options),
    good: [[], ['a'], ['a', 'b']],
    bad: ['a', ['c'], ['a', null], [['a']], { 0: 'a' }],
  },
  {
    kind: 'Integer',
    field: Integer,
    good: [0, 7, '7', '007', Number.MAX_SAFE_INTEGER],
    bad: [-1, '-1', 1.5, '1.5', NaN, Infinity, '', ' 7', '0x10', '1e2', 'seven', true, [7], {}, 2 ** 53],
  },
  {
    kind: 'Integer from 1 to 10',
    field: (options) => Integer({ min: 1, max: 10, ...options }),
    good: [1, 10, '10'],
    bad: [0, 11, '0', '11', '99999999999999999999'],
  },
  {
    kind: 'Timestamp',
    field: Timestamp,
    good: [
      '2026-11-21T10:00:00Z',
      '2026-11-21T10:00:00.123Z',
      '2026-11-21T10:00:00+02:00',
      '2026-11-21',
      '2024-02-29',
    ],
    bad: [
      '',
      'tomorrow',
      '2026-11-21 10:00:00Z',
      '2026-02-30T10:00:00Z',
      '2025-02-29',
      '2026-13-01',
      1763719200000,
    ],
  },
  {
    kind: 'Email',
    field: Email,
    good: ['a@b.c', 'Größe+tag@sub.example.com', `${times(248)}@b.com`],
    bad: ['', 'a', 'a@b', '@b.c', 'a@', 'a b@c.d', 'a@b@c.d', 'a@b.c\0', `${times(250)}@b.com`, 5],
  },
  {
    kind: 'Endpoint',
    field: Endpoint,
    good: [
      'https://mcp.example.com/mcp',
      'HTTP://localhost:8080',
      'http://[::1]:9/x?y=z#w',
      'https://münchen.example/ä',
      `https://a.example/${times(2030)}`,
    ],
    bad: [
      '',
      '/mcp',
      'mcp.example.com',
      'ftp://a.example',
      'javascript:alert(1)',
      'http:a.example',
      'https://',
      ' https://a.example',
      'https://a.example/ b',
      'https://a.exa\nmple',
      'https://a.example/\0',
      'https://user@a.example',
      'https://:secret@a.example',
      'https://a.example:99999',
      `https://a.example/${times(2031)}`,
      5,
    ],
  },
  {
    kind: 'ArgsJson',
    field: ArgsJson,
    good: ['[]', '["-y","x"]', ' [ ] '],
    bad: ['', '{}', '[1]', '[null]', '["a"', 'null', '"a"', ['-y'], `["${times(65_536)}"]`],
  },
  {
    kind: 'EnvJson',
    field: EnvJson,
    good: ['{}', '{"A":"x"}', '{"A":null}', '{"A":"\\u0007"}'],
    bad: ['', '[]', 'null', '{"A":1}', '{"A":{}}', '{A:"x"}', '{"A":"\0"}', { A: 'x' }],
  },
  {
    kind: 'HeadersJson',
    field: HeadersJson,
    good: ['{}', '{"X-Team":"a b"}', '{"X":null}', '{"X":"{{credential:x}}"}', '{"X":"\\t"}'],
    bad: [
      '[]',
      '{"":"x"}',
      '{"A B":"x"}',
      '{"A:":"x"}',
      '{"A":"x","a":"y"}',
      '{"A":"\\r\\nB: x"}',
      '{"A":5}',
    ],
  },
  {
    kind: 'ConfigJson',
    field: ConfigJson,
    good: ['{}', '{"a":[1,null,{"b":false}]}', `{"a":"${times(65_536 - inBase64 - 2)}"}`],
    bad: [
      '',
      '[]',
      'null',
      '5',
      '"{}"',
      '{',
      `{"a":"${times(65_536 - inBase64 - 1)}"}`,
      '{"a":"\ud800"}',
      {},
    ],
  },
  {
    kind: 'Nested',
    field: (options) => Nested(Inner, options),
    good: [{ name: 'a' }],
    bad: [{}, { name: '' }, [], [{ name: 'a' }], 'a', 5],
  },
  {
    kind: 'NestedList',
    field: (options) => NestedList(Inner, { max: 2, ...options }),
    good: [[], [{ name: 'a' }], [{ name: 'a' }, { name: 'b' }]],
    bad: [
      { name: 'a' },
      [{ name: '' }],
      [{}],
      [null],
      ['a'],
      [[{ name: 'a' }]],
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    ],
  },
  { kind: 'Strings', field: Strings, good: [[], ['a', '']], bad: ['a', [1], [null], {}] },
  { kind: 'Dictionary', field: Dictionary, good: [{}, { a: 1 }], bad: [[], 'a', 5] },
];

const rows = (values: unknown[]): { value: unknown; shown: string }[] =>
  values.map((value) => ({ value, shown: inspect(value).slice(0, 40) }));

describe.each(kinds)('a field of kind $kind', ({ field, good, bad }) => {
  it.each(rows(good))('takes $shown', async ({ value }) => {
    expect([value, (await read(field(), { value })).messages]).toEqual([value, []]);
  });

  it.each(rows(bad))('refuses $shown, and says what it must be', async ({ value }) => {
    const { messages } = await read(field(), { value });
    expect([value, messages.length > 0]).toEqual([value, true]);
    expect(messages).toContainEqual(expect.stringMatching(/^(each value in )?\S* ?(must|has) /));
  });

  it('takes no null and no omission, unless it is said to', async () => {
    const outcomes = async (options: FieldOptions): Promise<boolean[]> => [
      (await read(field(options), {})).messages.length === 0,
      await accepts(field(options), undefined),
      await accepts(field(options), null),
    ];
    expect(await outcomes({})).toEqual([false, false, false]);
    expect(await outcomes({ optional: true })).toEqual([true, true, false]);
    expect(await outcomes({ nullable: true })).toEqual([false, false, true]);
    expect(await outcomes({ optional: true, nullable: true })).toEqual([true, true, true]);
  });

  it('is checked all the same when it may be left out or null', async () => {
    const maybe = field({ optional: true, nullable: true });
    expect(await accepts(maybe, good[0])).toBe(true);
    expect(await accepts(maybe, bad.at(-1))).toBe(false);
  });

  it('says in the API document whether it must be there and may be null, and what it looks like', () => {
    for (const optional of [true, false]) {
      for (const nullable of [true, false]) {
        const shape = holding(field({ optional, nullable, description: 'what it is' }));
        const schema: unknown = Reflect.getMetadata('swagger/apiModelProperties', shape.prototype, 'value');
        expect(schema).toMatchObject({ required: !optional, nullable, description: 'what it is' });
        expect(schema).toHaveProperty('type');
      }
    }
  });
});

describe('a field in a query', () => {
  it('reads numbers and flags from text, and leaves what is neither for the rule to refuse', async () => {
    expect((await read(Integer(), { value: '42' })).value).toBe(42);
    expect((await read(Integer(), { value: 'x' })).value).toBe('x');
    expect((await read(QueryFlag(), { value: 'true' })).value).toBe(true);
    expect((await read(QueryFlag(), { value: 'false' })).value).toBe(false);
    for (const value of ['TRUE', '1', '', 'toString', null])
      expect(await accepts(QueryFlag(), value)).toBe(false);
    expect(await accepts(QueryFlag(), undefined)).toBe(true);
  });
});

describe('a field that may hold a secret', () => {
  it('is one of env and headers, or says so itself', () => {
    const isSecret = (decorator: PropertyDecorator): boolean =>
      isSecretField(new (holding(decorator))(), 'value');
    expect([EnvJson(), HeadersJson(), Text({ secret: true })].map(isSecret)).toEqual([true, true, true]);
    expect([Text(), ConfigJson(), Name()].map(isSecret)).toEqual([false, false, false]);
  });
});
