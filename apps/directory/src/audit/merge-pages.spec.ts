import { defaultPageSize } from '@hawser/contracts';
import type { AuditEntry, AuditPage } from '@hawser/contracts/directory';
import { auditCursor } from '@hawser/persistence';
import fc from 'fast-check';
import { mergePages } from './merge-pages.js';

const entry = (minute: number, id: string): AuditEntry => ({
  id,
  workspace_id: 'ws_1',
  at: new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString(),
  actor_kind: 'user',
  actor_id: 'tok_1',
  actor_user_id: null,
  action: 'crew.created',
  target_id: 'crew_1',
  target_name: null,
  fields: [],
  request_id: 'req_1',
});

const sortKey = ({ at, id }: AuditEntry): string => `${at} ${id}`;
const newestFirst = (entries: readonly AuditEntry[]): AuditEntry[] =>
  [...entries].sort((one, other) => (sortKey(one) < sortKey(other) ? 1 : -1));

/** A part of the log as its service answers it. */
function read(part: readonly AuditEntry[], limit: number, cursor: string | null): AuditPage {
  const [at = '', id = ''] =
    cursor === null ? [] : (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[]);
  const rest = newestFirst(part).filter((one) => cursor === null || sortKey(one) < `${at} ${id}`);
  const last = rest[limit - 1];
  return {
    entries: rest.slice(0, limit),
    next_cursor: rest.length > limit && last !== undefined ? auditCursor(last) : null,
  };
}

/** Few moments, so that many entries share one; ids once over both parts. */
const parts = fc
  .uniqueArray(fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '0', '1') }), fc.nat(3), fc.boolean()), {
    selector: ([id]) => id,
    maxLength: 40,
  })
  .map((drawn) => {
    const of = (side: boolean): AuditEntry[] =>
      drawn.filter(([, , on]) => on === side).map(([id, minute]) => entry(minute, `aud_${id}`));
    return { here: of(true), there: of(false) };
  });

describe('two parts of the audit log', () => {
  it('are, as one page, the newest entries of both', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 10 }), ({ here, there }, limit) => {
        const { entries } = mergePages(read(here, limit, null), read(there, limit, null), limit);
        expect(entries).toEqual(newestFirst([...here, ...there]).slice(0, limit));
      }),
    );
  });

  it('give every entry once when they are read page by page', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 10 }), ({ here, there }, limit) => {
        const walked: AuditEntry[] = [];
        let cursor: string | null = null;
        do {
          const page: AuditPage = mergePages(read(here, limit, cursor), read(there, limit, cursor), limit);
          walked.push(...page.entries);
          cursor = page.next_cursor;
          // A page that promises another one is full, and the last one promises nothing.
          expect(page.entries.length === limit || cursor === null).toBe(true);
        } while (cursor !== null);
        expect(walked).toEqual(newestFirst([...here, ...there]));
      }),
    );
  });

  it('have no further page when both end where this one does', () => {
    const here = read([entry(2, 'aud_b')], 2, null);
    const there = read([entry(1, 'aud_a')], 2, null);
    expect(mergePages(here, there, 2)).toEqual({
      entries: [entry(2, 'aud_b'), entry(1, 'aud_a')],
      next_cursor: null,
    });
  });

  it('are nothing together when both are', () => {
    const nothing: AuditPage = { entries: [], next_cursor: null };
    expect(mergePages(nothing, nothing, defaultPageSize)).toEqual(nothing);
  });
});
