import * as fc from 'fast-check';
import type { Explanation } from './answer.js';
import { explain, resolve } from './testing/rows-alone.js';
import type { BindingRow, TierRows } from './rows.js';
import { agentBindings, lawlessTierRows, shuffled, tierRows } from './testing/generators.js';
import { identitiesOf, isMoved, reasonsAgainst } from './testing/oracle.js';

const runs = { numRuns: 500 };

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), runs);
}

const withoutOrigins = (explanation: Explanation): unknown[] =>
  explanation.servers.map((server) => ({ ...server, origins: undefined }));

describe('for all rows', () => {
  it('the order of rows decides nothing, even where the database would refuse the rows', () => {
    const reordered = lawlessTierRows.chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows)));
    check(reordered, ([rows, others]) => {
      expect(JSON.stringify(resolve(others))).toBe(JSON.stringify(resolve(rows)));
      expect(JSON.stringify(explain(others))).toBe(JSON.stringify(explain(rows)));
    });
  });

  it('the same rows give the same bytes again, and stay as they are', () => {
    check(tierRows, (rows) => {
      const before = JSON.stringify(rows);
      const first = JSON.stringify([resolve(rows), explain(rows)]);
      expect(JSON.stringify([resolve(rows), explain(rows)])).toBe(first);
      expect(JSON.stringify(rows)).toBe(before);
    });
  });

  it('resolve and explain give the same servers', () => {
    check(tierRows, (rows) =>
      expect(JSON.stringify(withoutOrigins(explain(rows)))).toBe(JSON.stringify(resolve(rows))),
    );
  });

  it('each candidate appears exactly once, and nothing else does', () => {
    check(tierRows, (rows) => {
      const { servers, left_out } = explain(rows);
      const given = [...servers, ...left_out].map((entry) => [
        entry.scope,
        entry.server_id,
        entry.crew_server_id,
        entry.name,
      ]);
      const expected = identitiesOf(rows).map(({ tier, server, override }) => [
        tier,
        server.id,
        tier === 'crew' ? server.id : (override?.id ?? null),
        server.name,
      ]);
      expect(given.map(String).sort()).toEqual(expected.map(String).sort());
    });
  });

  it('a server is left out for a reason that holds, by a row that says so, and in only if none holds', () => {
    check(tierRows, (rows) => {
      const { servers, left_out } = explain(rows);
      const identities = identitiesOf(rows);
      const reasons = new Map(
        identities.map((identity) => [identity.server.id, reasonsAgainst(identity, identities)]),
      );
      for (const { server_id } of servers) expect([...(reasons.get(server_id) ?? ['unknown'])]).toEqual([]);
      for (const { server_id, reason, by } of left_out) {
        expect([...(reasons.get(server_id) ?? [])]).toContain(`${reason} ${by.tier} ${by.id}`);
      }
    });
  });

  it('servers and what is left out are sorted by code units of the name, then by id', () => {
    check(tierRows, (rows) => {
      const { servers, left_out } = explain(rows);
      for (const list of [servers, left_out]) {
        const keys = list.map(({ name, server_id }) => `${name} ${server_id}`);
        expect(keys).toEqual([...keys].sort());
      }
      expect(new Set(servers.map(({ name }) => name)).size).toBe(servers.length);
    });
  });
});

describe("a parent's off switch always wins", () => {
  it('no rows below bring a disabled workspace server back', () => {
    const switchedOff = tierRows.map((rows) => ({
      ...rows,
      workspace_servers: rows.workspace_servers.map((row) => ({ ...row, enabled: false })),
    }));
    check(switchedOff, (rows) =>
      expect(resolve(rows).filter(({ scope }) => scope === 'workspace')).toEqual([]),
    );
  });

  it('no binding brings a server back that the crew disabled', () => {
    const switchedOff = tierRows.map((rows) => ({
      ...rows,
      crew_servers: rows.crew_servers.map((row) => ({ ...row, enabled: false })),
    }));
    check(switchedOff, (rows) =>
      expect(resolve(rows).filter(({ crew_server_id }) => crew_server_id !== null)).toEqual([]),
    );
  });

  it('switching a server off never brings another one up', () => {
    check(tierRows, (rows) => {
      const before = new Set(resolve(rows).map(({ server_id }) => server_id));
      for (const off of rows.workspace_servers) {
        const workspace_servers = rows.workspace_servers.map((row) =>
          row === off ? { ...row, enabled: false } : row,
        );
        const after = resolve({ ...rows, workspace_servers }).map(({ server_id }) => server_id);
        expect(after).toEqual([...before].filter((id) => id !== off.id));
      }
    });
  });
});

describe('bindings', () => {
  /** Two agents over the same server rows, as a table of bindings holds them. */
  interface Table {
    readonly shared: TierRows;
    readonly bindings: readonly (BindingRow & { readonly agent_id: string })[];
  }
  const of = (agent_id: string, rows: readonly BindingRow[]): Table['bindings'] =>
    rows.map((row) => ({ ...row, id: `${row.id} of ${agent_id}`, agent_id }));
  const answerTo = ({ shared, bindings }: Table, agent: string): string =>
    JSON.stringify(explain({ ...shared, bindings: bindings.filter(({ agent_id }) => agent_id === agent) }));

  it('of one agent change nothing for another', () => {
    check(
      fc.tuple(tierRows, agentBindings, agentBindings, agentBindings),
      ([shared, before, after, others]) => {
        const table = { shared, bindings: [...of('agt_1', before), ...of('agt_2', others)] };
        const answer = answerTo(table, 'agt_2');
        const changed = { shared, bindings: [...of('agt_2', others), ...of('agt_1', after)] };
        answerTo(changed, 'agt_1');
        expect(answerTo(changed, 'agt_2')).toBe(answer);
      },
    );
  });

  it('change no server of the same agent but their own, managed namesakes aside', () => {
    const unmanaged = tierRows.map((rows) => ({
      ...rows,
      workspace_servers: rows.workspace_servers.map((row) => ({ ...row, managed_by: null })),
      crew_servers: rows.crew_servers.map((row) => ({ ...row, managed_by: null })),
    }));
    check(unmanaged, (rows) => {
      const answer = explain(rows);
      for (const removed of rows.bindings) {
        const without = explain({ ...rows, bindings: rows.bindings.filter((row) => row !== removed) });
        const isOther = (entry: { server_id: string; crew_server_id: string | null }): boolean =>
          ![entry.server_id, entry.crew_server_id].includes(removed.server_id);
        expect(without.servers.filter(isOther)).toEqual(answer.servers.filter(isOther));
        expect(without.left_out.filter(isOther)).toEqual(answer.left_out.filter(isOther));
      }
    });
  });
});

describe('nothing leaks', () => {
  it('a server that shadows is the same as if the workspace had none', () => {
    check(tierRows, (rows) => {
      const alone = resolve({ ...rows, workspace_servers: [] });
      expect(resolve(rows).filter(({ scope }) => scope === 'crew')).toEqual(alone);
      for (const server of alone) expect(JSON.stringify(server)).not.toMatch(/srv_w/);
    });
  });

  it('no row of another crew, agent or server is in an answer', () => {
    check(tierRows, (rows) => {
      for (const server of resolve(rows)) {
        const identity = identitiesOf(rows).find(({ server: { id } }) => id === server.server_id);
        const own = [
          identity?.server.id,
          identity?.override?.id,
          ...(identity?.bindings ?? []).map(({ id }) => id),
        ];
        const mentioned = JSON.stringify(server).match(/(srv|bnd)_\w+/g) ?? [];
        expect(own).toEqual(expect.arrayContaining(mentioned));
      }
    });
  });

  it('a moved target keeps no secret of the workspace, and a problem says so', () => {
    check(tierRows, (rows) => {
      const moved = new Map(identitiesOf(rows).map((identity) => [identity.server.id, isMoved(identity)]));
      for (const server of resolve(rows)) {
        const withheld = server.problems.filter(({ code }) => code === 'credential_withheld');
        if (moved.get(server.server_id)) {
          expect(JSON.stringify(server)).not.toMatch(/secret \d of srv_w/);
          const binding = rows.bindings.find(({ id }) => id === server.binding_id);
          const isLost = binding?.scope === 'workspace' && binding.credential_id !== null;
          if (binding?.scope === 'workspace')
            expect([server.credential_id, server.cred_type]).toEqual([null, null]);
          expect(withheld.some(({ field }) => field === 'credential_id')).toBe(isLost);
        } else {
          expect(withheld).toEqual([]);
        }
      }
    });
  });
});
