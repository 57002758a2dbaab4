import { explain } from './testing/rows-alone.js';
import {
  binding,
  crewBinding,
  disabledTool,
  override,
  standalone,
  stdioServer,
  tiers,
  workspaceServer,
} from './testing/factories.js';
import type { Origins } from './answer.js';
import type { TierRows } from './rows.js';

const workspace = { tier: 'workspace', id: 'srv_w' };
const crew = { tier: 'crew', id: 'srv_o' };
const agent = { tier: 'agent', id: 'bnd_w' };

function originsOf(rows: TierRows): Origins | undefined {
  return explain(rows).servers[0]?.origins;
}

describe('explanation: origins', () => {
  it('names the row of every field, and null where no row speaks', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ headers_json: '{"X-A":"1","X-B":"2"}' })],
      crew_servers: [override({ display_name: 'Ours', headers_json: '{"x-b":"3"}' })],
      bindings: [binding({ credential_id: 'cred_1' })],
      tools: [disabledTool('search')],
    });
    expect(originsOf(rows)).toEqual({
      server_id: workspace,
      crew_server_id: crew,
      scope: workspace,
      name: workspace,
      display_name: crew,
      transport: workspace,
      endpoint: workspace,
      command: null,
      args_json: null,
      env_json: null,
      config_json: null,
      icon: null,
      enabled: crew,
      binding_id: agent,
      credential_id: agent,
      credential_name: null,
      cred_type: agent,
      headers: { 'X-A': workspace, 'x-b': crew },
      tools: { disabled: crew },
      problems: null,
    });
  });

  it('lists exactly the fields of the answer, in the same order', () => {
    const [server] = explain(tiers({ workspace_servers: [workspaceServer()] })).servers;
    const { origins, ...fields } = server ?? { origins: {} };
    expect(Object.keys(origins)).toEqual(Object.keys(fields));
  });

  it('names the row of each variable and of the arguments', () => {
    const rows = tiers({
      workspace_servers: [stdioServer({ args_json: '["-y"]', env_json: '{"A":"1","B":"2"}' })],
      crew_servers: [override({ env_json: '{"B":"3","C":"4"}' })],
    });
    expect(originsOf(rows)).toMatchObject({
      args_json: workspace,
      env_json: { A: workspace, B: crew, C: crew },
      headers: null,
    });
  });

  it('names the row of each leaf of the config by JSON Pointer', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ config_json: '{"a":{"b":1,"c":2},"d/e~f":[1],"g":null}' })],
      crew_servers: [override({ config_json: '{"a":{"c":3},"list":[{"x":1}]}' })],
      bindings: [binding({ config_override_json: '{"a":{"z":4}}' })],
    });
    expect(originsOf(rows)?.config_json).toEqual({
      '/a/b': workspace,
      '/a/c': crew,
      '/a/z': agent,
      '/d~1e~0f': workspace,
      '/g': workspace,
      '/list': crew,
    });
  });

  it('names the row that emptied an object', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ config_json: '{"a":{"b":1}}' })],
      crew_servers: [override({ config_json: '{"a":{"b":null}}' })],
    });
    expect(originsOf(rows)?.config_json).toEqual({ '/a': crew });
    expect(
      originsOf(tiers({ workspace_servers: [workspaceServer({ config_json: '{}' })] }))?.config_json,
    ).toEqual({
      '': workspace,
    });
  });

  it('forgets rows whose values were replaced, though a later row speaks again', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ config_json: '{"a":{"b":1}}' })],
      crew_servers: [override({ config_json: '{"a":"text"}' })],
      bindings: [binding({ config_override_json: '{"a":{"c":1}}' })],
    });
    expect(originsOf(rows)?.config_json).toEqual({ '/a/c': agent });
  });

  it('names no row for a credential that is withheld, but the binding that applies', () => {
    const rows = tiers({
      workspace_servers: [workspaceServer({ headers_json: '{"X-A":"1"}' })],
      crew_servers: [override({ endpoint: 'https://evil.example' })],
      bindings: [binding({ credential_id: 'cred_1' })],
    });
    expect(originsOf(rows)).toMatchObject({
      binding_id: agent,
      credential_id: null,
      cred_type: null,
      headers: null,
      endpoint: crew,
    });
  });

  it('names the crew row for everything of a standalone server', () => {
    const rows = tiers({
      crew_servers: [standalone()],
      bindings: [crewBinding({ server_id: 'srv_c' })],
    });
    const row = { tier: 'crew', id: 'srv_c' };
    expect(originsOf(rows)).toMatchObject({ server_id: row, crew_server_id: row, name: row, enabled: row });
  });

  it('names no row for a default', () => {
    const rows = tiers({ crew_servers: [standalone({ display_name: null, transport: null })] });
    expect(originsOf(rows)).toMatchObject({ display_name: null, transport: null });
  });
});
