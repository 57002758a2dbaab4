import { PageQuery } from '@hawser/contracts';
import { CreateWorkspaceServer } from '@hawser/contracts/bindings';
import type { ArgumentMetadata } from '@nestjs/common';
import { ShapePipe } from './shape.pipe.js';

const pipe = new ShapePipe();
const body: ArgumentMetadata = { type: 'body', metatype: CreateWorkspaceServer };
const query: ArgumentMetadata = { type: 'query', metatype: PageQuery };

const fieldsOf = async (call: Promise<unknown>): Promise<string[]> => {
  const error = await call.then(
    () => undefined,
    (failure: { code: string; details: { errors: { field: string }[] } }) => failure,
  );
  expect(error?.code).toBe('validation_failed');
  return (error?.details.errors ?? []).map(({ field }) => field);
};

describe('the shape of what comes in', () => {
  it("makes a body an instance of the contract's class", async () => {
    const read = await pipe.transform({ name: 'a', enabled: false }, body);
    expect(read).toBeInstanceOf(CreateWorkspaceServer);
    expect(read).toEqual({ name: 'a', enabled: false });
  });

  it('names every field of a body that is wrong, missing or unknown', async () => {
    const call = pipe.transform({ enabled: 'yes', transport: 'smoke', extra: 1 }, body);
    expect((await fieldsOf(call)).sort()).toEqual(['enabled', 'extra', 'name', 'transport']);
  });

  it.each([undefined, null, 'text', 5, [], [{ name: 'a' }]])('refuses %j as a body', async (value) => {
    await expect(pipe.transform(value, body)).rejects.toMatchObject({ code: 'malformed_message' });
  });

  it.each(['__proto__', 'constructor', 'toString'])('refuses a field named %s', async (name) => {
    const value: unknown = JSON.parse(`{"name":"a","${name}":1}`);
    expect(await fieldsOf(pipe.transform(value, body))).toEqual([name]);
  });

  it('reads numbers of a query, and leaves alone what others read there', async () => {
    const given = { limit: '5', workspace_id: 'ws_1', utm_source: 'x' };
    const read = await pipe.transform(given, query);
    expect(read).toBeInstanceOf(PageQuery);
    expect(read).toEqual({ limit: 5 });
  });

  it.each([
    { limit: '0' },
    { limit: '1001' },
    { limit: 'x' },
    { limit: '' },
    { limit: ['1', '2'] },
    { cursor: '' },
  ])('refuses the query %j', async (value) => {
    expect(await fieldsOf(pipe.transform(value, query))).toEqual(Object.keys(value));
  });

  it('passes on what is no body and no query, and what has no class', async () => {
    const value = { any: 'thing' };
    for (const metadata of [
      { type: 'param', metatype: String },
      { type: 'custom', metatype: Object },
      { type: 'body', metatype: undefined },
    ] as ArgumentMetadata[]) {
      expect(await pipe.transform(value, metadata)).toBe(value);
    }
  });
});
