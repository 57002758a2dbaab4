import { explain, resolve } from './testing/rows-alone.js';
import {
  binding,
  disabledTool,
  override,
  standalone,
  stdioServer,
  tiers,
  workspaceServer,
} from './testing/factories.js';

describe('rule 13: order', () => {
  it('sorts by name in code-unit order', () => {
    // 'Z' < 'a' < 'ä' by code units; a locale would say a, ä, Z. U+FF5E comes after the surrogates of U+1F600.
    const names = ['ä', 'a', '\u{1F600}', '～', 'Z', 'a.b', 'a-b', 'a1', 'a10', 'a2'];
    const workspace_servers = names.map((name, index) => workspaceServer({ id: `srv_${index}`, name }));
    expect(resolve(tiers({ workspace_servers })).map(({ name }) => name)).toEqual([
      'Z',
      'a',
      'a-b',
      'a.b',
      'a1',
      'a10',
      'a2',
      'ä',
      '\u{1F600}',
      '～',
    ]);
  });

  it('sorts what is left out by name, then by id', () => {
    const disabled = ['srv_3', 'srv_1', 'srv_2'].map((id) =>
      workspaceServer({ id, managed_by: 'connection', enabled: false }),
    );
    const { left_out } = explain(
      tiers({
        workspace_servers: [...disabled, workspaceServer({ id: 'srv_0', name: 'zulip', enabled: false })],
      }),
    );
    expect(left_out.map(({ server_id }) => server_id)).toEqual(['srv_1', 'srv_2', 'srv_3', 'srv_0']);
  });

  it('gives the fields of a server in the order that the API documents', () => {
    const [server] = resolve(tiers({ workspace_servers: [workspaceServer()] }));
    expect(Object.keys(server ?? {})).toEqual([
      'server_id',
      'crew_server_id',
      'scope',
      'name',
      'display_name',
      'transport',
      'endpoint',
      'command',
      'args_json',
      'env_json',
      'config_json',
      'icon',
      'enabled',
      'binding_id',
      'credential_id',
      'credential_name',
      'cred_type',
      'headers',
      'tools',
      'problems',
    ]);
  });
});

describe('resolve and explain', () => {
  it('answer nothing for nothing', () => {
    expect(resolve(tiers())).toEqual([]);
    expect(explain(tiers({ crew_id: null }))).toEqual({ servers: [], left_out: [] });
  });

  it('answer a whole server', () => {
    const rows = tiers({
      workspace_servers: [
        stdioServer({
          args_json: '["-y", "@modelcontextprotocol/server-github"]',
          env_json: '{"GITHUB_TOKEN": "{{credential:github-token}}"}',
          icon: 'github',
        }),
      ],
      crew_servers: [override({ env_json: '{"GITHUB_ORG": "acme"}' })],
      bindings: [binding({ credential_id: 'cred_1' })],
      tools: [disabledTool('delete_repo')],
    });
    expect(resolve(rows)).toEqual([
      {
        server_id: 'srv_w',
        crew_server_id: 'srv_o',
        scope: 'workspace',
        name: 'github',
        display_name: 'GitHub',
        transport: 'stdio',
        endpoint: null,
        command: 'npx',
        args_json: '["-y","@modelcontextprotocol/server-github"]',
        env_json: '{"GITHUB_TOKEN":"{{credential:github-token}}","GITHUB_ORG":"acme"}',
        config_json: null,
        icon: 'github',
        enabled: true,
        binding_id: 'bnd_w',
        credential_id: 'cred_1',
        credential_name: null,
        cred_type: 'bearer',
        headers: null,
        tools: { disabled: ['delete_repo'] },
        problems: [],
      },
    ]);
  });

  it('treat names such as __proto__ and constructor like any other', () => {
    const workspace_servers = ['__proto__', 'constructor'].map((name, i) =>
      workspaceServer({ id: `srv_${i}`, name }),
    );
    const crew_servers = [standalone({ name: '__proto__' })];
    expect(resolve(tiers({ workspace_servers, crew_servers })).map(({ server_id }) => server_id)).toEqual([
      'srv_c',
      'srv_1',
    ]);
  });

  it('fail loudly on text that is not JSON', () => {
    expect(() => resolve(tiers({ workspace_servers: [workspaceServer({ config_json: '{' })] }))).toThrow(
      SyntaxError,
    );
  });
});
