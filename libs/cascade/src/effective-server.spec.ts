import { resolve } from './testing/rows-alone.js';
import {
  binding,
  crewBinding,
  override,
  standalone,
  stdioServer,
  tiers,
  workspaceServer,
} from './testing/factories.js';
import type { EffectiveServer } from './answer.js';
import type { BindingRow, CrewServerRow, WorkspaceServerRow } from './rows.js';

function merged(
  base: WorkspaceServerRow,
  patch: Partial<CrewServerRow> | null,
  bindings: BindingRow[] = [],
): EffectiveServer {
  const crew_servers = patch === null ? [] : [override(patch)];
  const [server] = resolve(tiers({ workspace_servers: [base], crew_servers, bindings }));
  if (server === undefined) throw new Error('The server was left out.');
  return server;
}

describe('rule 2: merge', () => {
  it('inherits every field that the override omits', () => {
    const base = workspaceServer({ icon: 'cat', config_json: '{"a":1}', headers_json: '{"X-A":"1"}' });
    expect(merged(base, {})).toEqual({ ...merged(base, null), crew_server_id: 'srv_o' });
    const stdio = stdioServer({ args_json: '["-y"]', env_json: '{"A":"1"}' });
    expect(merged(stdio, {})).toEqual({ ...merged(stdio, null), crew_server_id: 'srv_o' });
  });

  it('replaces display_name, icon, endpoint, command and args', () => {
    expect(
      merged(workspaceServer({ icon: 'cat' }), {
        display_name: 'Ours',
        icon: 'dog',
        endpoint: 'https://mcp.example.com/ours',
      }),
    ).toMatchObject({ display_name: 'Ours', icon: 'dog', endpoint: 'https://mcp.example.com/ours' });
    expect(
      merged(stdioServer({ args_json: '["-y","a"]' }), { command: 'uvx', args_json: '["b"]' }),
    ).toMatchObject({ command: 'uvx', args_json: '["b"]' });
  });

  it('merges env and deletes by null', () => {
    const base = stdioServer({ env_json: '{"A":"1","B":"2","C":"3"}' });
    expect(merged(base, { env_json: '{"B":null,"C":"4","D":"5"}' }).env_json).toBe(
      '{"A":"1","C":"4","D":"5"}',
    );
  });

  it('compares names of variables with case', () => {
    expect(merged(stdioServer({ env_json: '{"a":"1"}' }), { env_json: '{"A":"2"}' }).env_json).toBe(
      '{"a":"1","A":"2"}',
    );
  });

  it("compares header names without case and keeps the override's spelling", () => {
    const base = workspaceServer({ headers_json: '{"X-Team":"all","X-Other":"1"}' });
    expect(Object.entries(merged(base, { headers_json: '{"x-TEAM":"ours"}' }).headers ?? {})).toEqual([
      ['x-TEAM', 'ours'],
      ['X-Other', '1'],
    ]);
  });

  it('deletes a header by null whatever its case', () => {
    const base = workspaceServer({ headers_json: '{"X-Team":"all","X-Other":"1"}' });
    expect(merged(base, { headers_json: '{"x-team":null}' }).headers).toEqual({ 'X-Other': '1' });
  });

  it('merges config at every depth, replacing arrays whole', () => {
    const base = workspaceServer({ config_json: '{"a":{"b":1,"c":2},"list":[1,2],"keep":true}' });
    expect(merged(base, { config_json: '{"a":{"b":null,"d":3},"list":[null]}' }).config_json).toBe(
      '{"a":{"c":2,"d":3},"list":[null],"keep":true}',
    );
  });

  it('takes nulls in the workspace config for values, and in patches for deletions even of nothing', () => {
    expect(
      merged(workspaceServer({ config_json: '{"a":null}' }), { config_json: '{"b":1}' }).config_json,
    ).toBe('{"a":null,"b":1}');
    expect(merged(workspaceServer(), { config_json: '{"a":null,"b":{"c":null}}' }).config_json).toBe(
      '{"b":{}}',
    );
  });

  it('answers null for what no row says, and an empty object for what was said and is gone', () => {
    expect(merged(stdioServer(), {})).toMatchObject({ env_json: null, config_json: null, args_json: null });
    expect(
      merged(stdioServer({ env_json: '{"A":"1"}', config_json: '{"a":1}' }), {
        env_json: '{"A":null}',
        config_json: '{"a":null}',
      }),
    ).toMatchObject({ env_json: '{}', config_json: '{}' });
    expect(merged(workspaceServer(), {}).headers).toBeNull();
    expect(merged(workspaceServer({ headers_json: '{}' }), null).headers).toEqual({});
  });

  it('answers compact JSON, however the rows are written', () => {
    const spaced = stdioServer({
      args_json: '[ "-y" ]',
      env_json: '{ "A": "1" }',
      config_json: '{ "a": [ 1 ] }',
    });
    expect(merged(spaced, null)).toMatchObject({
      args_json: '["-y"]',
      env_json: '{"A":"1"}',
      config_json: '{"a":[1]}',
    });
  });

  it('answers null for fields of the other transport', () => {
    const everything = {
      endpoint: 'https://mcp.example.com/mcp',
      headers_json: '{"X-A":"1"}',
      command: 'npx',
      args_json: '["-y"]',
      env_json: '{"A":"1"}',
      config_json: '{"a":1}',
    };
    expect(merged(workspaceServer(everything), null)).toMatchObject({
      endpoint: 'https://mcp.example.com/mcp',
      headers: { 'X-A': '1' },
      command: null,
      args_json: null,
      env_json: null,
      config_json: '{"a":1}',
    });
    expect(merged(stdioServer(everything), null)).toMatchObject({
      endpoint: null,
      headers: null,
      command: 'npx',
      args_json: '["-y"]',
      env_json: '{"A":"1"}',
      config_json: '{"a":1}',
    });
  });

  it('does not even read fields of the other transport', () => {
    expect(() =>
      merged(workspaceServer({ args_json: 'not json', env_json: 'not json' }), null),
    ).not.toThrow();
    expect(() => merged(stdioServer({ headers_json: 'not json' }), null)).not.toThrow();
  });

  it('keeps names such as __proto__ as plain members', () => {
    const server = merged(stdioServer({ env_json: '{"__proto__":"1","constructor":"2"}' }), {
      env_json: '{"__proto__":"3"}',
    });
    expect(server.env_json).toBe('{"__proto__":"3","constructor":"2"}');
    const { headers } = merged(workspaceServer({ headers_json: '{"__proto__":"1"}' }), null);
    expect(Object.entries(headers ?? {})).toEqual([['__proto__', '1']]);
  });

  it('passes templates through as they are', () => {
    const base = stdioServer({ args_json: '["{{credential:a}}"]', env_json: '{"A":"{{credential:a}}"}' });
    expect(merged(base, {})).toMatchObject({
      args_json: '["{{credential:a}}"]',
      env_json: '{"A":"{{credential:a}}"}',
    });
  });

  it('keeps a server that a change of the workspace left incomplete, with a problem', () => {
    expect(merged(workspaceServer({ endpoint: null }), {})).toMatchObject({
      endpoint: null,
      problems: [
        {
          code: 'config_incomplete',
          field: 'endpoint',
          message:
            'Server "github" has transport streamable-http but no endpoint: set endpoint on crew server srv_o.',
        },
      ],
    });
    expect(merged(workspaceServer(), { transport: 'stdio' }).problems).toMatchObject([
      { code: 'config_incomplete', field: 'command' },
    ]);
  });

  it('reads a standalone crew server as it is, without a merge', () => {
    const row = standalone({ headers_json: '{"X-A":"1"}', config_json: '{"a":null}' });
    expect(resolve(tiers({ crew_servers: [row] }))[0]).toMatchObject({
      headers: { 'X-A': '1' },
      config_json: '{"a":null}',
      display_name: 'Notes',
    });
  });

  it('gives a standalone crew server the defaults of the API: its name as display_name, streamable-http', () => {
    const row = standalone({ display_name: null, transport: null });
    expect(resolve(tiers({ crew_servers: [row] }))[0]).toMatchObject({
      display_name: 'notes',
      transport: 'streamable-http',
    });
  });
});

describe('rule 7: binding override', () => {
  const base = workspaceServer({ config_json: '{"a":{"b":1},"c":1}' });

  it('patches the merged config', () => {
    const bindings = [binding({ config_override_json: '{"a":{"d":3},"c":null}' })];
    expect(merged(base, { config_json: '{"a":{"b":2}}' }, bindings).config_json).toBe('{"a":{"b":2,"d":3}}');
  });

  it('works without a crew row, and on a server without config', () => {
    const bindings = [binding({ config_override_json: '{"x":1}' })];
    expect(merged(base, null, bindings).config_json).toBe('{"a":{"b":1},"c":1,"x":1}');
    expect(merged(workspaceServer(), null, bindings).config_json).toBe('{"x":1}');
  });

  it('takes the override of the applying binding only', () => {
    const bindings = [
      binding({ config_override_json: '{"x":1}' }),
      crewBinding({ config_override_json: '{"y":2}' }),
    ];
    expect(merged(workspaceServer(), {}, bindings).config_json).toBe('{"y":2}');
  });
});
