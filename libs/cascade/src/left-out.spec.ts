import { explain } from './testing/rows-alone.js';
import { binding, override, standalone, tiers, workspaceServer } from './testing/factories.js';
import type { TierRows } from './rows.js';

const base = workspaceServer();
const managed = workspaceServer({ id: 'srv_m', managed_by: 'connection' });

describe('explanation: servers left out', () => {
  it('shows identity, reason, the row that decided and a message, in this order', () => {
    const rows = tiers({ workspace_servers: [base], crew_servers: [override({ enabled: false })] });
    expect(JSON.stringify(explain(rows).left_out)).toBe(
      JSON.stringify([
        {
          server_id: 'srv_w',
          crew_server_id: 'srv_o',
          scope: 'workspace',
          name: 'github',
          reason: 'disabled_by_crew',
          by: { tier: 'crew', id: 'srv_o' },
          message:
            'Crew server srv_o is disabled and hides the workspace server "github" (srv_w) from this crew. ' +
            'Enable or delete the crew server.',
        },
      ]),
    );
  });

  it.each<[string, Partial<TierRows>, string]>([
    [
      'shadowed',
      { workspace_servers: [base], crew_servers: [standalone({ name: 'github' })] },
      'Crew server srv_c has the same name and takes the place of workspace server "github" (srv_w). Rename or delete the crew server to get the workspace\'s.',
    ],
    [
      'outranked',
      { workspace_servers: [base, managed] },
      'Server srv_w of the same workspace has the same name and comes before workspace server "github" (srv_m). Rename or delete it to get the other.',
    ],
    [
      'disabled_by_workspace',
      { workspace_servers: [{ ...base, enabled: false }] },
      'The workspace server "github" (srv_w) is disabled for every crew and agent. Enable it in the workspace.',
    ],
    [
      'disabled',
      { crew_servers: [standalone({ enabled: false })] },
      'The crew server "notes" (srv_c) is disabled. Enable it in the crew.',
    ],
    [
      'opted_out',
      { workspace_servers: [base], bindings: [binding({ enabled: false })] },
      'Binding bnd_w is disabled and opts this agent out of the workspace server "github" (srv_w). Enable or delete the binding.',
    ],
    [
      'not_bound',
      { workspace_servers: [base], crew_servers: [override({ exposure: 'bound' })] },
      'The workspace server "github" (srv_w) goes only to agents that are bound to it, as crew server srv_o says (exposure "bound"). Bind this agent to it.',
    ],
  ])('says for %s what decided and what to do', (reason, rows, message) => {
    expect(explain(tiers(rows)).left_out).toMatchObject([{ reason, message }]);
  });

  it('gives the first reason of several: names before switches, rows before the agent', () => {
    const everything = {
      workspace_servers: [{ ...base, enabled: false, exposure: 'bound' as const }],
      crew_servers: [override({ enabled: false }), standalone({ name: 'github' })],
      bindings: [binding({ enabled: false })],
    };
    const reasonOf = (rows: Partial<TierRows>): unknown =>
      explain(tiers(rows)).left_out.find(({ server_id }) => server_id === 'srv_w')?.reason;
    expect(reasonOf(everything)).toBe('shadowed');
    expect(reasonOf({ ...everything, crew_servers: [override({ enabled: false })] })).toBe(
      'disabled_by_workspace',
    );
    const enabled = [{ ...base, exposure: 'bound' as const }];
    expect(
      reasonOf({ ...everything, workspace_servers: enabled, crew_servers: [override({ enabled: false })] }),
    ).toBe('disabled_by_crew');
    expect(reasonOf({ ...everything, workspace_servers: enabled, crew_servers: [] })).toBe('opted_out');
    expect(reasonOf({ workspace_servers: enabled })).toBe('not_bound');
  });
});
