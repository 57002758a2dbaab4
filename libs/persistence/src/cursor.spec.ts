import { readPage } from './cursor.js';

const names = ['a', 'b', 'c', 'd', 'e'];
const page = (query: { limit?: number; cursor?: string }): ReturnType<typeof readPage<string>> =>
  readPage(
    query,
    1,
    (name) => [name],
    (after, limit) =>
      Promise.resolve(names.filter((name) => after === null || name > (after[0] ?? '')).slice(0, limit)),
  );

describe('reading by page', () => {
  it('walks a list to its end, each row once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { rows, next_cursor } = await page({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...rows);
      cursor = next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
  });

  it('has no next page when the last row is on this one', async () => {
    expect(await page({ limit: 5 })).toEqual({ rows: names, next_cursor: null });
  });

  it.each([
    '',
    'x',
    '%%%',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('["\\u0000"]').toString('base64url'),
  ])('refuses %j, which is no cursor of this list', async (cursor) => {
    await expect(page({ cursor })).rejects.toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ field: 'cursor', value: cursor }] },
    });
  });
});
