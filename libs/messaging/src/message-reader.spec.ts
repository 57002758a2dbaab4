import { type FieldError, ServiceError, Text } from '@hawser/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, MaxLength, ValidateNested } from 'class-validator';
import { readMessage, readPlain } from './message-reader.js';

class Leaf {
  @IsString() name!: string;
}

class Tree {
  @IsString() @MaxLength(3) text!: string;
  @IsInt() count!: number;
  @Text({ secret: true }) client!: string;
  @IsIn(['bearer']) cred_type!: string;
  @IsString() endpoint!: string;
  @ValidateNested({ each: true }) @Type(() => Leaf) leaves!: Leaf[];
  @IsString({ each: true }) tags!: string[];
}

class Empty {}

const good = {
  text: 'a',
  count: 1,
  client: 's',
  cred_type: 'bearer',
  endpoint: 'https://a.example',
  leaves: [{ name: 'x' }],
  tags: [],
};

async function errorsOf(change: object): Promise<FieldError[]> {
  const error: unknown = await readPlain(Tree, { ...good, ...change }).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'validation_failed' });
  return (error as ServiceError).details.errors ?? [];
}

describe('reading a message', () => {
  it('gives an instance of the class, nested ones too', async () => {
    const tree = await readMessage(Tree, Buffer.from(JSON.stringify(good)));
    expect(tree).toBeInstanceOf(Tree);
    expect(tree.leaves[0]).toBeInstanceOf(Leaf);
  });

  it('joins the path to a nested field with dots', async () => {
    const errors = await errorsOf({ leaves: [{ name: 'x' }, { name: 1 }] });
    expect(errors).toEqual([{ field: 'leaves.1.name', message: 'must be a string', value: 1 }]);
  });

  it('says all that is wrong with a field at once, without its name', async () => {
    const errors = await errorsOf({ text: 12345 });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message.split(' and ').sort()).toEqual([
      'must be a string',
      'must be shorter than or equal to 3 characters',
    ]);
    expect(await errorsOf({ tags: [1] })).toEqual([
      { field: 'tags', message: 'each value must be a string', value: [1] },
    ]);
  });

  it.each([
    ['a secret', { client: 5 }],
    ['an object', { text: { token: 'x' } }],
    ['a long text', { text: 'x'.repeat(201) }],
    ['a URL with a password', { text: 'https://user:pass@a.example' }],
    ['a URL with a query', { text: 'https://a.example/?key=x' }],
    ['an unknown field, which may be a secret under a misspelt name', { valu: 'x' }],
    ['an unknown field of a nested object', { leaves: [{ name: 'x', nam: 'x' }] }],
  ])('does not repeat %s to the caller', async (_, change) => {
    const [error] = await errorsOf(change);
    expect(error).not.toHaveProperty('value');
  });

  it.each([
    ['a short text', { text: 'abcd' }, 'abcd'],
    ['a number', { text: 5 }, 5],
    ['null', { count: null }, null],
    ['a field that is only about a secret', { cred_type: 'basic' }, 'basic'],
  ])('repeats %s', async (_, change, value) => {
    const [error] = await errorsOf(change);
    expect(error?.value).toBe(value);
  });

  it('refuses more than it would read in reasonable time, before it reads any of it', async () => {
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
    expect(await errorsOf(many(100_000))).toEqual([
      { field: 'body', message: expect.stringMatching(/^has 10\d+ members, and at most 200 are read$/) },
    ]);
    expect(await errorsOf({ text: many(201) })).toMatchObject([{ field: 'text' }]);
    expect(await errorsOf({ leaves: Array(5_001).fill({}) })).toMatchObject([{ field: 'leaves' }]);
    const wide = { ...good, tags: Array(200).fill(Array(200).fill('x')) };
    await expect(readPlain(Tree, wide)).rejects.toMatchObject({ code: 'malformed_message' });
  });

  it('tells the first fifty errors of very many, and how many more there are', async () => {
    const failing = readPlain(Tree, { ...good, leaves: Array(5_000).fill({ name: 1 }) });
    const error = await failing.catch((failure: unknown) => failure as ServiceError);
    expect((error as ServiceError).details.errors).toHaveLength(50);
    expect((error as ServiceError).message).toMatch(/and 4950 more$/);
  });

  it('refuses what is no object where an object is to be', async () => {
    expect(await errorsOf({ leaves: [null] })).not.toEqual([]);
    expect(await errorsOf({ leaves: 'x' })).not.toEqual([]);
  });

  it('reads a class without fields from {} only', async () => {
    expect(await readPlain(Empty, {})).toBeInstanceOf(Empty);
    await expect(readPlain(Empty, { a: 1 })).rejects.toMatchObject({
      details: { errors: [{ field: 'a', message: 'is not a known field' }] },
    });
  });

  it.each([[null], [[]], [1], ['x'], [undefined]])('calls %j malformed', async (plain) => {
    await expect(readPlain(Tree, plain)).rejects.toMatchObject({ code: 'malformed_message' });
  });
});
