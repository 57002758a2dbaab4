import { inspect } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import type { ClassOf } from './contract.js';
import { isSecretField, type FieldOptions } from './field.js';
import {
  ConfigJson,
  EnvJson,
  HeadersJson,
  Integer,
  Name,
  Origins,
  Patterned,
  QueryFlag,
  SecretText,
  Text,
} from './fields.js';
import { kinds } from './testing/field-kinds.js';

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

describe('the API document of a field', () => {
  it('has only words of the document, whatever else the options hold', () => {
    const shared = { optional: true, min: 0, description: 'may be empty' };
    const shape = holding(Patterned(/^[a-z]?$/, 'must be a letter or nothing', shared));
    expect(Reflect.getMetadata('swagger/apiModelProperties', shape.prototype, 'value')).toEqual({
      type: String,
      isArray: false,
      pattern: '^[a-z]?$',
      description: 'may be empty',
      required: false,
      nullable: false,
    });
  });

  it('cannot say that a pattern ignores case, so none does', () => {
    expect(() => Patterned(/^[a-z]$/i, 'must be a letter')).toThrow('/^[a-z]$/i must name both cases');
  });
});

describe('a list of origins', () => {
  const refusal = async (...origins: string[]): Promise<string | undefined> =>
    (await read(Origins(), { value: origins })).messages[0];

  it.each([
    ['https://mcp.example.com/', 'https://mcp.example.com'],
    ['https://MCP.example.com/sse?x=1', 'https://mcp.example.com'],
    ['https://mcp.example.com:443', 'https://mcp.example.com'],
    ['http://user:pass@127.1:8080', 'http://127.0.0.1:8080'],
  ])('says for %s that %s is meant', async (written, meant) => {
    expect(await refusal('https://good.example', written)).toBe(
      `must be a list of 1 to 20 origins, such as https://mcp.example.com, without a path: write ${meant}`,
    );
  });

  it.each(['', 'mcp.example.com', 'ftp://mcp.example.com', 'javascript:alert(1)'])(
    'has nothing to propose for %j',
    async (written) => {
      expect(await refusal(written)).toMatch(/without a path$/);
    },
  );
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
    const secret = [EnvJson(), HeadersJson(), SecretText(), Text({ secret: true })];
    expect(secret.map(isSecret)).toEqual([true, true, true, true]);
    expect([Text(), ConfigJson(), Name()].map(isSecret)).toEqual([false, false, false]);
  });
});
