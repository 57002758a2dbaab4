import type { Case } from './describe.js';
import { binding, crewBinding, override, standalone, workspaceServer } from './factories.js';

const bound = { exposure: 'bound' } as const;

const candidates: Case[] = [
  {
    title: 'A workspace server and nothing else',
    rows: { workspace_servers: [workspaceServer()] },
    resolved: ['github (srv_w)'],
    explained: [],
  },
  {
    title: "A crew's own server beside it",
    rows: { workspace_servers: [workspaceServer()], crew_servers: [standalone()] },
    resolved: ['github (srv_w)', 'notes (srv_c)'],
    explained: [],
  },
  {
    title: 'An agent without a crew',
    rows: { crew_id: null, workspace_servers: [workspaceServer()], crew_servers: [standalone()] },
    resolved: ['github (srv_w)'],
    explained: [],
  },
  {
    title: 'Rows of another crew',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override({ crew_id: 'crew_2', enabled: false })],
      bindings: [crewBinding({ enabled: false })],
    },
    resolved: ['github (srv_w)'],
    explained: [],
  },
  {
    title: 'An override, under whatever name',
    rows: { workspace_servers: [workspaceServer()], crew_servers: [override({ name: 'gh', icon: 'cat' })] },
    shows: ['endpoint', 'icon'],
    resolved: ['github (srv_w, srv_o) endpoint="https://mcp.example.com/mcp" icon="cat"'],
    explained: ['endpoint from workspace srv_w', 'icon from crew srv_o'],
  },
  {
    title: "A crew's own server of the same name",
    rows: { workspace_servers: [workspaceServer()], crew_servers: [standalone({ name: 'github' })] },
    resolved: ['github (srv_c)'],
    explained: ['srv_w shadowed by crew srv_c'],
  },
  {
    title: 'The same, with an override besides',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [standalone({ name: 'github' }), override({ icon: 'cat' })],
    },
    shows: ['icon'],
    resolved: ['github (srv_c) icon=null'],
    explained: ['srv_w, srv_o shadowed by crew srv_c'],
  },
  {
    title: "A person's own row and a managed one of its name",
    rows: {
      workspace_servers: [
        workspaceServer({ id: 'srv_1', managed_by: 'connection' }),
        workspaceServer({ id: 'srv_2' }),
      ],
    },
    resolved: ['github (srv_2)'],
    explained: ['srv_1 outranked by workspace srv_2'],
  },
  {
    title: 'Two managed rows of one name',
    rows: {
      workspace_servers: [
        workspaceServer({ id: 'srv_2', managed_by: 'connection' }),
        workspaceServer({ id: 'srv_1', managed_by: 'connection' }),
      ],
    },
    resolved: ['github (srv_1)'],
    explained: ['srv_2 outranked by workspace srv_1'],
  },
  {
    title: 'Two managed rows of one name, each for one agent',
    rows: {
      workspace_servers: [
        workspaceServer({ id: 'srv_1', managed_by: 'composio', ...bound }),
        workspaceServer({ id: 'srv_2', managed_by: 'composio', ...bound }),
      ],
      bindings: [binding({ server_id: 'srv_2' })],
    },
    resolved: ['github (srv_2)'],
    explained: ['srv_1 outranked by workspace srv_2'],
  },
];

const switches: Case[] = [
  {
    title: 'A disabled workspace server, whatever stands below',
    rows: {
      workspace_servers: [workspaceServer({ enabled: false })],
      crew_servers: [override()],
      bindings: [binding()],
    },
    resolved: [],
    explained: ['srv_w, srv_o disabled_by_workspace by workspace srv_w'],
  },
  {
    title: 'A disabled override',
    rows: { workspace_servers: [workspaceServer()], crew_servers: [override({ enabled: false })] },
    resolved: [],
    explained: ['srv_w, srv_o disabled_by_crew by crew srv_o'],
  },
  {
    title: "A disabled crew's own server of the same name",
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [standalone({ name: 'github', enabled: false })],
    },
    resolved: [],
    explained: ['srv_c disabled by crew srv_c', 'srv_w shadowed by crew srv_c'],
  },
  {
    title: 'A disabled binding',
    rows: { workspace_servers: [workspaceServer()], bindings: [binding({ enabled: false })] },
    resolved: [],
    explained: ['srv_w opted_out by agent bnd_w'],
  },
  {
    title: 'Bindings to both rows, one disabled',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override()],
      bindings: [binding({ enabled: false }), crewBinding()],
    },
    resolved: [],
    explained: ['srv_w, srv_o opted_out by agent bnd_w'],
  },
  {
    title: 'A bound server without a binding',
    rows: { workspace_servers: [workspaceServer(bound)] },
    resolved: [],
    explained: ['srv_w not_bound by workspace srv_w'],
  },
  {
    title: 'A bound server with a binding',
    rows: { workspace_servers: [workspaceServer(bound)], bindings: [binding()] },
    shows: ['binding_id'],
    resolved: ['github (srv_w) binding_id="bnd_w"'],
    explained: ['binding_id from agent bnd_w'],
  },
  {
    title: 'A bound override, no binding',
    rows: { workspace_servers: [workspaceServer()], crew_servers: [override(bound)] },
    resolved: [],
    explained: ['srv_w, srv_o not_bound by crew srv_o'],
  },
];

/** Who gets which server: rules 1, 4, 5, 6 and 11. */
export const selectionCases: readonly Case[] = [...candidates, ...switches];
