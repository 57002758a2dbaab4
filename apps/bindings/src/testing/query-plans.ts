import { jest } from '@jest/globals';
import pg from 'pg';
import type { BindingsHarness } from './bindings-harness.js';

export interface Statement {
  text: string;
  values: unknown[];
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Rows Removed by Filter'?: number;
  'Actual Loops': number;
  Plans?: Plan[];
}

/** What is sent to the database during `work`, at a moment when the outbox is not looked at in between. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const submit = jest.spyOn(pg.Query.prototype, 'submit');
  try {
    for (;;) {
      submit.mockClear();
      await work();
      const statements = submit.mock.contexts.map((query) => query as Statement);
      if (statements.every(({ text }) => !/outbox|TRANSACTION|COMMIT|ROLLBACK/.test(text))) return statements;
    }
  } finally {
    submit.mockRestore();
  }
}

/** How the database carries a statement out: the tables that it reads from end to end, and the rows read in vain. */
export async function planOf(
  harness: BindingsHarness,
  statement: Statement | undefined,
): Promise<{ scans: string[]; discarded: number }> {
  const sql = `EXPLAIN (ANALYZE, FORMAT JSON) ${statement?.text ?? ''}`;
  const [row] = await harness.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sql, statement?.values);
  if (row === undefined) throw new Error('the database explains nothing');
  const plan = row['QUERY PLAN'][0].Plan;
  return { scans: scansOf(plan), discarded: discardedBy(plan) };
}

function scansOf(plan: Plan): string[] {
  const here = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : [];
  return [...here, ...(plan.Plans ?? []).flatMap(scansOf)];
}

function discardedBy(plan: Plan): number {
  const here = (plan['Rows Removed by Filter'] ?? 0) * plan['Actual Loops'];
  return (plan.Plans ?? []).map(discardedBy).reduce((sum, below) => sum + below, here);
}
