import type { AuditEntry, AuditPage } from '@hawser/contracts/directory';
import { auditCursor } from '@hawser/persistence';

/** Of two parts of the log, each read with the same query, the page of both together: newest first, at most `limit` entries. */
export function mergePages(one: AuditPage, other: AuditPage, limit: number): AuditPage {
  const all = [...one.entries, ...other.entries].sort(newestFirst);
  const entries = all.slice(0, limit);
  const last = entries.at(-1);
  const more = all.length > limit || one.next_cursor !== null || other.next_cursor !== null;
  return { entries, next_cursor: more && last !== undefined ? auditCursor(last) : null };
}

/** As PostgreSQL orders them: times in ISO 8601 of UTC sort as text, and ids by their bytes. */
function newestFirst(one: AuditEntry, other: AuditEntry): number {
  if (one.at !== other.at) return one.at < other.at ? 1 : -1;
  if (one.id !== other.id) return one.id < other.id ? 1 : -1;
  return 0;
}
