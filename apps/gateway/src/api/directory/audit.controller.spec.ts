import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '@hawser/contracts';
import { listAudit, type AuditQuery } from '@hawser/contracts/directory';
import { testGateway, token, type TestGateway } from '../../testing/test-gateway.js';

function deadlineIn(headers: Record<string, string>): number {
  const { deadlineAtMs } = JSON.parse(headers['hawser-context'] ?? '') as { deadlineAtMs: number };
  return deadlineAtMs;
}

describe('the audit log as lines', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await testGateway();
  });
  afterEach(() => gateway.app.close());

  const read = async (): Promise<unknown[]> => {
    const { payload } = await gateway.app.inject({
      url: '/api/v1/audit?workspace_id=ws_1&format=jsonl',
      headers: { authorization: `Bearer ${token}` },
    });
    return payload
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };
  const asked = (): { request: unknown; headers: Record<string, string> }[] =>
    gateway.bus.asked.filter(({ subject }) => subject === listAudit.subject);

  const pages = ({ cursor }: AuditQuery): object =>
    cursor === undefined
      ? { entries: [{ id: 'aud_2' }], next_cursor: 'more' }
      : { entries: [{ id: 'aud_1' }], next_cursor: null };

  it('is whole however long its entries are: in pages of as many as fit an answer', async () => {
    gateway.bus.answer(listAudit, (query: AuditQuery) =>
      (query.limit ?? 0) > 10 ? new ServiceError('payload_too_large', 'ask for less') : pages(query),
    );
    expect(await read()).toEqual([{ id: 'aud_2' }, { id: 'aud_1' }]);
    expect(asked().map(({ request }) => (request as AuditQuery).limit)).toEqual([
      1000, 100, 10, 1000, 100, 10,
    ]);
  });

  it('may take longer than one call: each page has its own time', async () => {
    gateway.bus.answer(listAudit, async (query: AuditQuery) => {
      await sleep(80);
      return pages(query);
    });
    expect(await read()).toHaveLength(2);
    const [first = 0, second = 0] = asked().map(({ headers }) => deadlineIn(headers));
    expect(second - first).toBeGreaterThanOrEqual(75);
  });
});
