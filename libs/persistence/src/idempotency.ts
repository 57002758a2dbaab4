import { createHash } from 'node:crypto';
import { ServiceError, type CallContext } from '@hawser/contracts';
import type { EntityManager } from 'typeorm';

/** How long a key is kept. */
export const idempotencyHours = 24;

interface Operation<T> {
  subject: string;
  /** Without secrets: the hash of a short one is as good as the secret. */
  request: object;
  remembered?: (answer: T) => T;
}

/**
 * Answers from the key's record, or runs `work` and records its answer. A second request with the same key waits for
 * the first one's transaction: the primary key makes its insert block until then.
 */
export async function rememberAnswer<T extends object>(
  manager: EntityManager,
  context: CallContext,
  operation: Operation<T>,
  work: () => Promise<T>,
): Promise<T> {
  if (context.idempotencyKey === undefined) return work();
  const key = [context.workspaceId ?? '', context.actor.id, context.idempotencyKey];
  const hash = createHash('sha256')
    .update(JSON.stringify([operation.subject, inOrder(operation.request)]))
    .digest('base64');

  await manager.query(
    `DELETE FROM idempotency_keys WHERE workspace_id = $1 AND actor_id = $2 AND key = $3
       AND created_at < now() - make_interval(hours => $4)`,
    [...key, idempotencyHours],
  );
  const inserted = await manager.query<unknown[]>(
    `INSERT INTO idempotency_keys (workspace_id, actor_id, key, request_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING key`,
    [...key, hash],
  );
  if (inserted.length === 0) return recall<T>(manager, key, hash);

  const answer = await work();
  const stored = operation.remembered?.(answer) ?? answer;
  await manager.query(
    `UPDATE idempotency_keys SET answer = $4 WHERE workspace_id = $1 AND actor_id = $2 AND key = $3`,
    [...key, JSON.stringify(stored)],
  );
  return answer;
}

/** The same request, whatever order its fields were sent in. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, item]) => [name, inOrder(item)]));
}

async function recall<T>(manager: EntityManager, key: string[], hash: string): Promise<T> {
  const [record] = await manager.query<{ request_hash: string; answer: T }[]>(
    `SELECT request_hash, answer FROM idempotency_keys WHERE workspace_id = $1 AND actor_id = $2 AND key = $3`,
    key,
  );
  if (record?.request_hash !== hash) throw keyReused(key[2] ?? '');
  return record.answer;
}

/** For requests that hold a secret too: their owner compares that part itself. */
export function keyReused(key: string): ServiceError {
  return new ServiceError(
    'idempotency_key_reused',
    `Idempotency-Key "${key}" was used for another request in the last ${idempotencyHours} hours; choose a new key`,
  );
}
