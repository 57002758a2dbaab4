import type { Case } from './describe.js';
import {
  binding,
  credential,
  crewBinding,
  disabledTool,
  override,
  stdioServer,
  workspaceServer,
} from './factories.js';

const elsewhere = { endpoint: 'https://other.example/mcp' };
const secretHeader = { headers_json: '{"Authorization":"s3cret"}' };
const secretVariable = { env_json: '{"TOKEN":"s3cret"}' };

const merges: Case[] = [
  {
    title: 'A binding to a workspace server that the crew overrides',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override()],
      bindings: [binding({ credential_id: 'cred_1' })],
    },
    credentials: [credential()],
    shows: ['binding_id', 'credential_id'],
    resolved: ['github (srv_w, srv_o) binding_id="bnd_w" credential_id="cred_1"'],
    explained: ['binding_id from agent bnd_w', 'credential_id from agent bnd_w'],
  },
  {
    title: 'Bindings to both rows',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override()],
      bindings: [binding({ credential_id: 'cred_1' }), crewBinding()],
    },
    shows: ['binding_id', 'credential_id'],
    resolved: ['github (srv_w, srv_o) binding_id="bnd_c" credential_id=null'],
    explained: ['binding_id from agent bnd_c'],
  },
  {
    title: 'Headers, compared without case',
    rows: {
      workspace_servers: [workspaceServer({ headers_json: '{"X-Team":"all","X-Env":"prod","X-Old":"1"}' })],
      crew_servers: [override({ headers_json: '{"x-team":"ours","x-old":null}' })],
    },
    shows: ['headers'],
    resolved: ['github (srv_w, srv_o) headers={"x-team":"ours","X-Env":"prod"}'],
    explained: ['headers: x-team from crew srv_o, X-Env from workspace srv_w'],
  },
  {
    title: 'Env emptied by the override',
    rows: {
      workspace_servers: [stdioServer({ env_json: '{"DEBUG":"1"}' })],
      crew_servers: [override({ env_json: '{"DEBUG":null}' })],
    },
    shows: ['args_json', 'env_json'],
    resolved: ['github (srv_w, srv_o) args_json=null env_json={}'],
    explained: ['env_json: nothing'],
  },
  {
    title: 'Config of three tiers',
    rows: {
      workspace_servers: [workspaceServer({ config_json: '{"log":{"level":"info","json":true},"max":5}' })],
      crew_servers: [override({ config_json: '{"log":{"level":"debug"}}' })],
      bindings: [binding({ config_override_json: '{"max":null,"region":"eu"}' })],
    },
    shows: ['config_json'],
    resolved: ['github (srv_w, srv_o) config_json={"log":{"level":"debug","json":true},"region":"eu"}'],
    explained: [
      'config_json: /log/level from crew srv_o, /log/json from workspace srv_w, /region from agent bnd_w',
    ],
  },
  {
    title: 'Tools that the crew switched off',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override()],
      tools: [disabledTool('search'), disabledTool('delete')],
    },
    shows: ['tools'],
    resolved: ['github (srv_w, srv_o) tools={"disabled":["delete","search"]}'],
    explained: ['tools: disabled from crew srv_o'],
  },
  {
    title: 'A workspace server that lost what its transport needs',
    rows: { workspace_servers: [stdioServer({ command: null })], crew_servers: [override()] },
    shows: ['command'],
    resolved: ['github (srv_w, srv_o) command=null; config_incomplete: command'],
    explained: [],
  },
];

const moves: Case[] = [
  {
    title: 'An override to another origin',
    rows: { workspace_servers: [workspaceServer(secretHeader)], crew_servers: [override(elsewhere)] },
    shows: ['headers'],
    resolved: ['github (srv_w, srv_o) headers=null; credential_withheld: headers'],
    explained: [],
  },
  {
    title: 'The same, with headers of its own',
    rows: {
      workspace_servers: [workspaceServer(secretHeader)],
      crew_servers: [override({ ...elsewhere, headers_json: '{"X-Team":"ours"}' })],
    },
    shows: ['headers'],
    resolved: ['github (srv_w, srv_o) headers={"X-Team":"ours"}; credential_withheld: headers'],
    explained: ['headers: X-Team from crew srv_o'],
  },
  {
    title: 'An override to another path of the same origin',
    rows: {
      workspace_servers: [workspaceServer(secretHeader)],
      crew_servers: [override({ endpoint: 'https://mcp.example.com/other' })],
    },
    shows: ['headers'],
    resolved: ['github (srv_w, srv_o) headers={"Authorization":"s3cret"}'],
    explained: ['headers: Authorization from workspace srv_w'],
  },
  {
    title: 'An override with another command',
    rows: { workspace_servers: [stdioServer(secretVariable)], crew_servers: [override({ command: 'cat' })] },
    shows: ['env_json'],
    resolved: ['github (srv_w, srv_o) env_json=null; credential_withheld: env_json'],
    explained: [],
  },
  {
    title: 'An override with other arguments of the same command',
    rows: {
      workspace_servers: [stdioServer(secretVariable)],
      crew_servers: [override({ args_json: '["-y","other"]' })],
    },
    shows: ['args_json', 'env_json'],
    resolved: ['github (srv_w, srv_o) args_json=["-y","other"] env_json={"TOKEN":"s3cret"}'],
    explained: ['args_json from crew srv_o', 'env_json: TOKEN from workspace srv_w'],
  },
  {
    title: 'A moved override and a credential bound to the workspace server',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override(elsewhere)],
      bindings: [binding({ credential_id: 'cred_1' })],
    },
    shows: ['binding_id', 'credential_id'],
    resolved: [
      'github (srv_w, srv_o) binding_id="bnd_w" credential_id=null; credential_withheld: credential_id',
    ],
    explained: ['binding_id from agent bnd_w'],
  },
  {
    title: 'A moved override and a credential bound to the override',
    rows: {
      workspace_servers: [workspaceServer()],
      crew_servers: [override(elsewhere)],
      bindings: [crewBinding({ credential_id: 'cred_1' })],
    },
    credentials: [credential()],
    shows: ['credential_id'],
    resolved: ['github (srv_w, srv_o) credential_id="cred_1"'],
    explained: ['credential_id from agent bnd_c'],
  },
];

/** What is in a server: rules 2, 3, 5, 7 and 10. */
export const mergeCases: readonly Case[] = [...merges, ...moves];
