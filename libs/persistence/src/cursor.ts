import { defaultPageSize, isKeepable, ServiceError, type PageQuery } from '@hawser/contracts';

/** The sort key of the last row of a page, as the opaque text that asks for the next one. */
export function cursorOf(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decode(cursor: string, length: number): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === length && key.every(isText)) return key;
  } catch {
    // answered below
  }
  throw ServiceError.invalid('cursor', 'must be the next_cursor of an earlier page', cursor);
}

function isText(part: unknown): part is string {
  return typeof part === 'string' && isKeepable(part);
}

export interface Page<Row> {
  rows: Row[];
  next_cursor: string | null;
}

/**
 * Reads one page by keyset: `read` gets the key to begin after (null for the first page) and how many rows to read,
 * which is one more than are shown, to know whether there are more.
 * @throws ServiceError validation_failed for a cursor that is none
 */
export async function readPage<Row>(
  query: PageQuery,
  keyLength: number,
  keyOf: (row: Row) => string[],
  read: (after: string[] | null, limit: number) => Promise<Row[]>,
): Promise<Page<Row>> {
  const limit = query.limit ?? defaultPageSize;
  const after = query.cursor === undefined ? null : decode(query.cursor, keyLength);
  const rows = await read(after, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    rows: shown,
    next_cursor: rows.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null,
  };
}
