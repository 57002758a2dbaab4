import { explain } from './testing/rows-alone.js';
import { binding, override, standalone, tiers, workspaceServer } from './testing/factories.js';
import type { TierRows } from './rows.js';

function summary(rows: TierRows): string[] {
  const { servers, left_out } = explain(rows);
  return [
    ...servers.map(({ server_id }) => `${server_id} in`),
    ...left_out.map(({ server_id, reason, by }) => `${server_id} ${reason} by ${by.tier} ${by.id}`),
  ];
}

const own = workspaceServer({ id: 'srv_9' });
const managed = workspaceServer({ id: 'srv_1', managed_by: 'connection' });
const managedToo = workspaceServer({ id: 'srv_2', managed_by: 'composio' });

describe("rule 11: a person's own row and managed rows", () => {
  it("lets a person's own row win over a managed one of the same name", () => {
    expect(summary(tiers({ workspace_servers: [managed, own] }))).toEqual([
      'srv_9 in',
      'srv_1 outranked by workspace srv_9',
    ]);
  });

  it('does the same on the tier of the crew', () => {
    const crew_servers = [standalone({ id: 'srv_9' }), standalone({ id: 'srv_1', managed_by: 'connection' })];
    expect(summary(tiers({ crew_servers }))).toEqual(['srv_9 in', 'srv_1 outranked by crew srv_9']);
  });

  it('takes the lowest id of two managed rows', () => {
    const expected = ['srv_1 in', 'srv_2 outranked by workspace srv_1'];
    expect(summary(tiers({ workspace_servers: [managedToo, managed] }))).toEqual(expected);
    expect(summary(tiers({ workspace_servers: [managed, managedToo] }))).toEqual(expected);
  });

  it('keeps the name with the own row even if it is disabled', () => {
    expect(summary(tiers({ workspace_servers: [managed, { ...own, enabled: false }] }))).toEqual([
      'srv_1 outranked by workspace srv_9',
      'srv_9 disabled_by_workspace by workspace srv_9',
    ]);
  });

  it('does not let a managed row of another agent stand in the way', () => {
    const workspace_servers = [
      { ...managed, exposure: 'bound' as const },
      { ...managedToo, exposure: 'bound' as const },
    ];
    const bindings = [binding({ server_id: 'srv_2' })];
    expect(summary(tiers({ workspace_servers, bindings }))).toEqual([
      'srv_2 in',
      'srv_1 outranked by workspace srv_2',
    ]);
    const optedOut = binding({ id: 'bnd_x', server_id: 'srv_1', enabled: false });
    expect(summary(tiers({ workspace_servers, bindings: [...bindings, optedOut] }))[0]).toBe('srv_2 in');
  });

  it('never compares rows of two tiers: a managed crew row shadows an own workspace row', () => {
    const crew_servers = [standalone({ name: 'github', managed_by: 'connection' })];
    expect(summary(tiers({ workspace_servers: [own], crew_servers }))).toEqual([
      'srv_c in',
      'srv_9 shadowed by crew srv_c',
    ]);
  });

  it('takes the override with the row that lost its name', () => {
    const crew_servers = [override({ workspace_mcp_server_id: 'srv_1' })];
    expect(explain(tiers({ workspace_servers: [managed, own], crew_servers })).left_out).toMatchObject([
      { server_id: 'srv_1', crew_server_id: 'srv_o', reason: 'outranked' },
    ]);
  });
});
