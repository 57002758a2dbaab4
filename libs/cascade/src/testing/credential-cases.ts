import type { Case } from './describe.js';
import { binding, credential, crewBinding, override, stdioServer, workspaceServer } from './factories.js';

const token = '{{credential:token}}';
const bound = { bindings: [binding({ credential_id: 'cred_1' })] };

const bindings: Case[] = [
  {
    title: "A binding's credential, which beats a header of its name",
    rows: {
      workspace_servers: [workspaceServer({ headers_json: '{"authorization":"all","X-A":"1"}' })],
      ...bound,
    },
    credentials: [credential()],
    shows: ['credential_name', 'headers'],
    resolved: ['github (srv_w) credential_name="token" headers={"X-A":"1","Authorization":"Bearer s3cret"}'],
    explained: [
      'credential_name from agent bnd_w',
      'headers: X-A from workspace srv_w, Authorization from agent bnd_w',
    ],
  },
  {
    title: 'The same as a key, and as a password',
    rows: {
      workspace_servers: [workspaceServer(), workspaceServer({ id: 'srv_2', name: 'mail' })],
      bindings: [
        binding({ credential_id: 'cred_1', cred_type: 'api_key' }),
        binding({ id: 'bnd_2', server_id: 'srv_2', credential_id: 'cred_2', cred_type: 'basic' }),
      ],
    },
    credentials: [credential(), credential({ id: 'cred_2', name: 'mail', value: 'user:password' })],
    shows: ['headers'],
    resolved: [
      'github (srv_w) headers={"X-API-Key":"s3cret"}',
      'mail (srv_2) headers={"Authorization":"Basic dXNlcjpwYXNzd29yZA=="}',
    ],
    explained: ['headers: X-API-Key from agent bnd_w', 'headers: Authorization from agent bnd_2'],
  },
  {
    title: 'A credential for a process',
    rows: {
      workspace_servers: [stdioServer({ env_json: '{"LOG":"1"}' })],
      bindings: [binding({ credential_id: 'cred_1', env_var_name: 'TOKEN' })],
    },
    credentials: [credential()],
    shows: ['env_json'],
    resolved: ['github (srv_w) env_json={"LOG":"1","TOKEN":"s3cret"}'],
    explained: ['env_json: LOG from workspace srv_w, TOKEN from agent bnd_w'],
  },
  {
    title: 'The same without a variable to put it in',
    rows: { workspace_servers: [stdioServer()], ...bound },
    credentials: [credential()],
    shows: ['env_json'],
    resolved: ['github (srv_w) env_json=null; config_incomplete: env_var_name'],
    explained: [],
  },
  {
    title: "A binding's credential that is dead",
    rows: { workspace_servers: [workspaceServer({ headers_json: '{"Authorization":"all"}' })], ...bound },
    credentials: [credential({ status: 'expired', value: null })],
    shows: ['credential_name', 'headers'],
    resolved: ['github (srv_w) credential_name="token" headers={}; credential_expired: credential_id'],
    explained: ['credential_name from agent bnd_w', 'headers: nothing'],
  },
];

const everywhere = {
  args_json: `["-k","${token}"]`,
  env_json: `{"TOKEN":"${token}","LOG":"1"}`,
  config_json: `{"a":"${token}","list":["x","${token}"]}`,
};

const templates: Case[] = [
  {
    title: 'Templates',
    rows: { workspace_servers: [stdioServer(everywhere)] },
    credentials: [credential()],
    shows: ['args_json', 'env_json', 'config_json'],
    resolved: [
      'github (srv_w) args_json=["-k","s3cret"] env_json={"TOKEN":"s3cret","LOG":"1"} ' +
        'config_json={"a":"s3cret","list":["x","s3cret"]}',
    ],
    explained: [
      'args_json from workspace srv_w',
      'env_json: TOKEN from workspace srv_w, LOG from workspace srv_w',
      'config_json: /a from workspace srv_w, /list from workspace srv_w',
    ],
  },
  {
    title: 'Templates of a credential that does not exist',
    rows: { workspace_servers: [stdioServer(everywhere)] },
    shows: ['args_json', 'env_json', 'config_json'],
    resolved: [
      'github (srv_w) args_json=["-k",""] env_json={"LOG":"1"} config_json={"list":["x"]}; ' +
        'credential_missing: args_json; credential_missing: env_json; credential_missing: config_json',
    ],
    explained: [
      'args_json from workspace srv_w',
      'env_json: LOG from workspace srv_w',
      'config_json: /list from workspace srv_w',
    ],
  },
  {
    title: 'A template for somebody who may not read secrets',
    rows: { workspace_servers: [workspaceServer({ headers_json: `{"X-A":"key ${token}","X-B":"1"}` })] },
    credentials: [credential()],
    redacted: true,
    shows: ['headers'],
    resolved: ['github (srv_w) headers={"X-A":"[REDACTED]","X-B":"1"}'],
    explained: ['headers: X-A from workspace srv_w, X-B from workspace srv_w'],
  },
  {
    title: 'A credential that is for another origin',
    rows: { workspace_servers: [workspaceServer({ headers_json: `{"X-A":"${token}"}` })] },
    credentials: [credential({ allowed_origins: ['https://other.example'] })],
    shows: ['headers'],
    resolved: ['github (srv_w) headers={}; credential_withheld: headers'],
    explained: ['headers: nothing'],
  },
  {
    title: 'A moved override, with templates of its own and inherited ones',
    rows: {
      workspace_servers: [workspaceServer({ config_json: `{"a":"${token}","b":"${token}"}` })],
      crew_servers: [override({ endpoint: 'https://other.example/mcp', config_json: `{"b":"x${token}"}` })],
      bindings: [crewBinding({ config_override_json: `{"c":"${token}"}` })],
    },
    credentials: [credential()],
    shows: ['config_json'],
    resolved: [
      'github (srv_w, srv_o) config_json={"b":"xs3cret","c":"s3cret"}; credential_withheld: config_json',
    ],
    explained: ['config_json: /b from crew srv_o, /c from agent bnd_c'],
  },
];

/** What credentials do to a server: rules 3, 8 and 9. */
export const credentialCases: readonly Case[] = [...bindings, ...templates];
