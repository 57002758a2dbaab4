import { readTime, ServiceError } from '@hawser/contracts';
import type { AuditEntry, AuditPage, AuditQuery } from '@hawser/contracts/directory';
import type { DataSource } from 'typeorm';
import { cursorOf, readPage } from './cursor.js';

type AuditRow = Omit<AuditEntry, 'at'> & { at: Date };

/**
 * A page of a service's part of the audit log, newest first. `table` has the columns of an `AuditEntry`, its times in whole
 * milliseconds; it stands in the statement as it is. A cursor means the same in every part of the log.
 * @throws ServiceError validation_failed for a time or a cursor that is none
 */
export async function readAuditLog(
  dataSource: DataSource,
  table: string,
  workspaceId: string,
  query: AuditQuery,
): Promise<AuditPage> {
  const since = readTime('since', query.since);
  const until = readTime('until', query.until);
  const { rows, next_cursor } = await readPage<AuditRow>(
    query,
    2,
    (row) => keyOf(entryOf(row)),
    (after, limit) =>
      dataSource.query<AuditRow[]>(
        `SELECT id, workspace_id, at, actor_kind, actor_id, actor_user_id, action, target_id, target_name, fields, request_id
         FROM ${table} WHERE workspace_id = $1
           AND ($3::text IS NULL OR actor_id = $3 OR actor_user_id = $3)
           AND ($4::text IS NULL OR action = $4)
           AND ($5::timestamptz IS NULL OR at >= $5)
           AND ($6::timestamptz IS NULL OR at < $6)
           ${after ? 'AND (at, id) < ($7::timestamptz, $8)' : ''}
         ORDER BY at DESC, id DESC LIMIT $2`,
        [
          workspaceId,
          limit,
          query.actor ?? null,
          query.action ?? null,
          since,
          until,
          ...(after ? [timeIn(after), after[1]] : []),
        ],
      ),
  );
  return { entries: rows.map(entryOf), next_cursor };
}

/** What asks for the entries that are older than this one. */
export function auditCursor(entry: AuditEntry): string {
  return cursorOf(keyOf(entry));
}

function keyOf({ at, id }: AuditEntry): string[] {
  return [at, id];
}

function entryOf(row: AuditRow): AuditEntry {
  return { ...row, at: row.at.toISOString() };
}

function timeIn([at = '']: string[]): Date {
  // As toISOString writes it: of years beyond four digits the database knows fewer than JavaScript.
  const time = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(at) ? at : NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw ServiceError.invalid('cursor', 'must be the next_cursor of an earlier page');
}
