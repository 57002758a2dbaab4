import { explain, resolve } from './testing/rows-alone.js';
import {
  binding,
  crewBinding,
  disabledTool,
  override,
  standalone,
  tiers,
  workspaceServer,
} from './testing/factories.js';
import type { TierRows } from './rows.js';

const names = (rows: TierRows): string[] => resolve(rows).map((server) => server.name);

describe('rule 1: candidates', () => {
  it('gives an agent the servers of its workspace and of its crew', () => {
    const [github, notes] = resolve(
      tiers({ workspace_servers: [workspaceServer()], crew_servers: [standalone()] }),
    );
    expect(github).toMatchObject({
      server_id: 'srv_w',
      crew_server_id: null,
      scope: 'workspace',
      name: 'github',
    });
    expect(notes).toMatchObject({
      server_id: 'srv_c',
      crew_server_id: 'srv_c',
      scope: 'crew',
      name: 'notes',
    });
  });

  it('gives an agent without a crew no crew servers', () => {
    const rows = tiers({ workspace_servers: [workspaceServer()], crew_servers: [standalone(), override()] });
    const [only, ...others] = resolve({ ...rows, crew_id: null });
    expect(only).toMatchObject({ server_id: 'srv_w', crew_server_id: null });
    expect(others).toEqual([]);
  });

  it('ignores the rows of other crews, and what is attached to them', () => {
    const foreign = { crew_id: 'crew_2' };
    const answer = explain(
      tiers({
        workspace_servers: [workspaceServer()],
        crew_servers: [
          standalone({ ...foreign, name: 'github', enabled: false }),
          override({ ...foreign, enabled: false }),
        ],
        bindings: [
          binding({ id: 'bnd_1', server_id: 'srv_c', scope: 'crew', enabled: false }),
          crewBinding({ enabled: false }),
        ],
        tools: [disabledTool('search')],
      }),
    );
    expect(answer.left_out).toEqual([]);
    expect(answer.servers).toMatchObject([
      { server_id: 'srv_w', crew_server_id: null, binding_id: null, tools: { disabled: [] } },
    ]);
  });

  it('keeps the identity of the workspace server in an override, whatever the name of the override', () => {
    const [server] = resolve(
      tiers({
        workspace_servers: [workspaceServer()],
        crew_servers: [override({ name: 'aaa', icon: 'cat' })],
      }),
    );
    expect(server).toMatchObject({
      server_id: 'srv_w',
      crew_server_id: 'srv_o',
      scope: 'workspace',
      name: 'github',
      icon: 'cat',
    });
  });

  it('does not let the own name of an override shadow another workspace server', () => {
    const workspace_servers = [workspaceServer(), workspaceServer({ id: 'srv_w2', name: 'slack' })];
    expect(names(tiers({ workspace_servers, crew_servers: [override({ name: 'slack' })] }))).toEqual([
      'github',
      'slack',
    ]);
  });

  it('lets a standalone crew server shadow the workspace server of its name', () => {
    const answer = explain(
      tiers({
        workspace_servers: [workspaceServer({ icon: 'octopus' })],
        crew_servers: [standalone({ name: 'github' })],
      }),
    );
    expect(answer.servers).toMatchObject([{ server_id: 'srv_c', scope: 'crew', name: 'github', icon: null }]);
    expect(answer.left_out).toMatchObject([
      { server_id: 'srv_w', reason: 'shadowed', by: { tier: 'crew', id: 'srv_c' } },
    ]);
  });

  it('shadows the override together with its workspace server', () => {
    const answer = explain(
      tiers({
        workspace_servers: [workspaceServer()],
        crew_servers: [standalone({ name: 'github' }), override()],
      }),
    );
    expect(answer.servers.map((server) => server.crew_server_id)).toEqual(['srv_c']);
    expect(answer.left_out).toMatchObject([
      { server_id: 'srv_w', crew_server_id: 'srv_o', reason: 'shadowed' },
    ]);
  });

  it('compares names with case', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer()],
      crew_servers: [standalone({ name: 'GitHub' })],
    });
    expect(names(rows)).toEqual(['GitHub', 'github']);
  });

  it('ignores an override whose workspace server is not there', () => {
    expect(explain(tiers({ crew_servers: [override()] }))).toEqual({ servers: [], left_out: [] });
  });

  it('takes the override of the lowest id, should there ever be two', () => {
    const workspace_servers = [workspaceServer()];
    const crew_servers = [
      override({ id: 'srv_o2', icon: 'second' }),
      override({ id: 'srv_o1', icon: 'first' }),
    ];
    expect(resolve(tiers({ workspace_servers, crew_servers }))[0]).toMatchObject({ icon: 'first' });
    expect(resolve(tiers({ workspace_servers, crew_servers: crew_servers.reverse() }))[0]).toMatchObject({
      icon: 'first',
    });
  });
});

describe('rule 10: tools', () => {
  it('names the tools that the crew disabled, once each, in code-unit order', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer()],
      crew_servers: [override()],
      tools: [
        disabledTool('b'),
        disabledTool('a'),
        disabledTool('B'),
        disabledTool('a'),
        { ...disabledTool('c'), enabled: true },
        disabledTool('d', 'srv_other'),
      ],
    });
    expect(resolve(rows)[0]?.tools).toEqual({ disabled: ['B', 'a', 'b'] });
  });

  it('applies to standalone crew servers too', () => {
    const rows = tiers({ crew_servers: [standalone()], tools: [disabledTool('search', 'srv_c')] });
    expect(resolve(rows)[0]?.tools).toEqual({ disabled: ['search'] });
  });

  it('disables nothing on a server that the crew has no row for', () => {
    const rows = tiers({ workspace_servers: [workspaceServer()], tools: [disabledTool('search', 'srv_w')] });
    expect(resolve(rows)[0]?.tools).toEqual({ disabled: [] });
  });
});
