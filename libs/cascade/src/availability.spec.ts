import { explain } from './testing/rows-alone.js';
import { binding, crewBinding, override, standalone, tiers, workspaceServer } from './testing/factories.js';
import type { TierRows } from './rows.js';

/** What happened to the one candidate: the binding it came with, or why it was left out and by which row. */
function outcome(rows: TierRows): string {
  const { servers, left_out } = explain(rows);
  expect(servers.length + left_out.length).toBe(1);
  const [server] = servers;
  const [gone] = left_out;
  return server
    ? `in, ${server.binding_id ?? 'no binding'}`
    : `${gone?.reason} by ${gone?.by.tier} ${gone?.by.id}`;
}

describe('rule 4: off switches', () => {
  it('turns a disabled workspace server off for agents without a crew', () => {
    const rows = tiers({ crew_id: null, workspace_servers: [workspaceServer({ enabled: false })] });
    expect(outcome(rows)).toBe('disabled_by_workspace by workspace srv_w');
  });

  it('does not let an enabled override or binding turn it on again', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ enabled: false })],
      crew_servers: [override({ enabled: true })],
      bindings: [binding(), crewBinding()],
    });
    expect(outcome(rows)).toBe('disabled_by_workspace by workspace srv_w');
  });

  it('hides the server from the crew by a disabled override, which does not re-expose the workspace server', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer()],
      crew_servers: [override({ enabled: false })],
    });
    expect(outcome(rows)).toBe('disabled_by_crew by crew srv_o');
  });

  it('leaves a disabled standalone crew server out', () => {
    expect(outcome(tiers({ crew_servers: [standalone({ enabled: false })] }))).toBe('disabled by crew srv_c');
  });

  it('lets a disabled standalone crew server shadow nevertheless', () => {
    const { servers, left_out } = explain(
      tiers({
        workspace_servers: [workspaceServer()],
        crew_servers: [standalone({ name: 'github', enabled: false })],
      }),
    );
    expect(servers).toEqual([]);
    expect(left_out.map(({ server_id, reason }) => [server_id, reason])).toEqual([
      ['srv_c', 'disabled'],
      ['srv_w', 'shadowed'],
    ]);
  });
});

describe('rule 5: bindings attach to an identity', () => {
  const overridden = { workspace_servers: [workspaceServer()], crew_servers: [override()] };

  it('keeps a binding to the workspace server when the crew overrides it', () => {
    expect(outcome(tiers({ ...overridden, bindings: [binding()] }))).toBe('in, bnd_w');
  });

  it('attaches a binding to the override to the same identity', () => {
    expect(outcome(tiers({ ...overridden, bindings: [crewBinding()] }))).toBe('in, bnd_c');
  });

  it('applies the crew-scoped binding whole if there are both', () => {
    const bindings = [
      binding({ credential_id: 'cred_w', config_override_json: '{"from":"workspace"}' }),
      crewBinding({ cred_type: 'basic' }),
    ];
    const [server] = explain(tiers({ ...overridden, bindings })).servers;
    expect(server).toMatchObject({
      binding_id: 'bnd_c',
      credential_id: null,
      cred_type: null,
      config_json: null,
    });
  });

  it.each([
    ['the workspace-scoped one', [binding({ enabled: false }), crewBinding()], 'bnd_w'],
    ['the crew-scoped one', [binding(), crewBinding({ enabled: false })], 'bnd_c'],
    ['the only one', [binding({ enabled: false })], 'bnd_w'],
  ])('opts the agent out if %s is disabled', (_which, bindings, by) => {
    expect(outcome(tiers({ ...overridden, bindings }))).toBe(`opted_out by agent ${by}`);
  });

  it('ignores a binding that names the right id on the wrong tier', () => {
    const bindings = [
      binding({ id: 'bnd_1', scope: 'crew', enabled: false }),
      crewBinding({ id: 'bnd_2', scope: 'workspace', enabled: false }),
    ];
    expect(outcome(tiers({ ...overridden, bindings }))).toBe('in, no binding');
  });

  it('does not carry a binding over to the standalone server that shadows', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer()],
      crew_servers: [standalone({ name: 'github' })],
      bindings: [binding({ credential_id: 'cred_w' })],
    });
    expect(explain(rows).servers).toMatchObject([
      { server_id: 'srv_c', binding_id: null, credential_id: null },
    ]);
  });

  it('takes the binding of the lowest id, should there ever be two to one row', () => {
    const bindings = [binding({ id: 'bnd_2' }), binding({ id: 'bnd_1' })];
    expect(outcome(tiers({ ...overridden, bindings }))).toBe('in, bnd_1');
    expect(outcome(tiers({ ...overridden, bindings: bindings.reverse() }))).toBe('in, bnd_1');
  });

  it('gives out the credential of the binding, without the name that only the vault knows', () => {
    const bindings = [binding({ credential_id: 'cred_1', cred_type: 'api_key' })];
    expect(explain(tiers({ ...overridden, bindings })).servers[0]).toMatchObject({
      credential_id: 'cred_1',
      credential_name: null,
      cred_type: 'api_key',
    });
  });
});

describe('rule 6: exposure', () => {
  const bound = { exposure: 'bound' } as const;

  it('keeps a bound server from an agent without a binding', () => {
    expect(outcome(tiers({ workspace_servers: [workspaceServer(bound)] }))).toBe(
      'not_bound by workspace srv_w',
    );
    expect(outcome(tiers({ crew_servers: [standalone(bound)] }))).toBe('not_bound by crew srv_c');
  });

  it('gives a bound server to an agent with an enabled binding', () => {
    expect(outcome(tiers({ workspace_servers: [workspaceServer(bound)], bindings: [binding()] }))).toBe(
      'in, bnd_w',
    );
  });

  it.each([
    ['the workspace server', workspaceServer(bound), override(), 'workspace srv_w'],
    ['the override', workspaceServer(), override(bound), 'crew srv_o'],
  ])('counts "bound" on %s', (_which, base, crewRow, by) => {
    const rows = tiers({ workspace_servers: [base], crew_servers: [crewRow] });
    expect(outcome(rows)).toBe(`not_bound by ${by}`);
    expect(outcome({ ...rows, bindings: [binding()] })).toBe('in, bnd_w');
    expect(outcome({ ...rows, bindings: [crewBinding()] })).toBe('in, bnd_c');
  });

  it('calls a disabled binding to a bound server an opt-out', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer(bound)],
      bindings: [binding({ enabled: false })],
    });
    expect(outcome(rows)).toBe('opted_out by agent bnd_w');
  });

  it('gives a server with exposure "all" to agents without a binding', () => {
    expect(outcome(tiers({ workspace_servers: [workspaceServer()] }))).toBe('in, no binding');
  });
});
