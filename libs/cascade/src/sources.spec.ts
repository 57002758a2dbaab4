import { resolve } from './testing/rows-alone.js';
import { binding, crewBinding, override, stdioServer, tiers, workspaceServer } from './testing/factories.js';
import type { EffectiveServer } from './answer.js';
import type { BindingRow, CrewServerRow, WorkspaceServerRow } from './rows.js';

const http = workspaceServer({ headers_json: '{"Authorization":"Bearer s3cret","X-Team":"all"}' });
const stdio = stdioServer({ env_json: '{"TOKEN":"s3cret"}' });

function overridden(
  base: WorkspaceServerRow,
  patch: Partial<CrewServerRow>,
  bindings: BindingRow[] = [],
): EffectiveServer {
  const [server] = resolve(tiers({ workspace_servers: [base], crew_servers: [override(patch)], bindings }));
  if (server === undefined) throw new Error('The server was left out.');
  return server;
}

const withheldFields = ({ problems }: EffectiveServer): (string | undefined)[] =>
  problems.filter(({ code }) => code === 'credential_withheld').map(({ field }) => field);

describe('rule 3: a moved target keeps no secrets', () => {
  it("withholds the workspace's headers from an override with another origin, and says so", () => {
    const server = overridden(http, { endpoint: 'https://evil.example/mcp' });
    expect(server.headers).toBeNull();
    expect(server.problems).toEqual([
      {
        code: 'credential_withheld',
        field: 'headers',
        message:
          "The workspace server's headers Authorization, X-Team are withheld: crew server srv_o sends them to " +
          'https://evil.example, and not to https://mcp.example.com. Set them on the crew server, or let it go ' +
          'where the workspace server goes.',
      },
    ]);
  });

  it("withholds the workspace's env from an override with another command, and says so", () => {
    const server = overridden(stdio, { command: 'cat' });
    expect(server.env_json).toBeNull();
    expect(withheldFields(server)).toEqual(['env_json']);
    expect(server.problems[0]?.message).toContain('the command "cat", and not to the command "npx"');
  });

  it("keeps the override's own headers and env", () => {
    expect(
      overridden(http, { endpoint: 'https://evil.example/', headers_json: '{"x-team":"ours","X-New":"1"}' })
        .headers,
    ).toEqual({ 'x-team': 'ours', 'X-New': '1' });
    expect(overridden(stdio, { command: 'cat', env_json: '{"MINE":"1"}' }).env_json).toBe('{"MINE":"1"}');
  });

  it.each([
    ['scheme', 'http://mcp.example.com/mcp'],
    ['host', 'https://mcp.example.com.evil.example/mcp'],
    ['subdomain', 'https://evil.mcp.example.com/mcp'],
    ['port', 'https://mcp.example.com:8443/mcp'],
    ['host behind a user name', 'https://mcp.example.com@evil.example/mcp'],
    ['host behind a backslash, as some parsers have it', String.raw`https://mcp.example.com\@evil.example/`],
    ['endpoint that is no URL', 'mcp.example.com/mcp'],
  ])('counts another %s as moved', (_what, endpoint) => {
    expect(withheldFields(overridden(http, { endpoint }))).toEqual(['headers']);
  });

  it.each([
    ['path', 'https://mcp.example.com/other?x=1'],
    ['spelling of the host', 'HTTPS://MCP.example.COM/mcp'],
    ['way to write the default port', 'https://mcp.example.com:443/mcp'],
    ['text at all: the very same', 'https://mcp.example.com/mcp'],
  ])('does not count another %s as moved', (_what, endpoint) => {
    const server = overridden(http, { endpoint });
    expect(server.headers).toHaveProperty('Authorization');
    expect(server.problems).toEqual([]);
  });

  it('compares endpoints that are no URLs, or have no origin, as text', () => {
    const odd = workspaceServer({ endpoint: 'not a url', headers_json: '{"X-A":"1"}' });
    expect(overridden(odd, { endpoint: 'not a url' }).problems).toEqual([]);
    expect(withheldFields(overridden(odd, { endpoint: 'not a url either' }))).toEqual(['headers']);
    const opaque = workspaceServer({ endpoint: 'foo://one', headers_json: '{"X-A":"1"}' });
    expect(withheldFields(overridden(opaque, { endpoint: 'foo://two' }))).toEqual(['headers']);
  });

  it('counts a changed transport as moved, even where the fields of the other transport were stored before', () => {
    const both = { ...stdio, endpoint: http.endpoint, headers_json: http.headers_json };
    expect(overridden(both, { transport: 'streamable-http' })).toMatchObject({
      headers: null,
      env_json: null,
    });
    expect(withheldFields(overridden(both, { transport: 'streamable-http' }))).toEqual(['headers']);
    const back = { ...http, command: 'npx', env_json: stdio.env_json };
    expect(overridden(back, { transport: 'stdio' })).toMatchObject({ headers: null, env_json: null });
    expect(withheldFields(overridden(back, { transport: 'stdio' }))).toEqual(['env_json']);
    const nowhere = { ...back, endpoint: null, command: null };
    expect(withheldFields(overridden(nowhere, { transport: 'stdio' }))).toEqual(['env_json']);
  });

  it('counts an endpoint that the workspace server does not have as moved', () => {
    expect(
      withheldFields(overridden({ ...http, endpoint: null }, { endpoint: 'https://a.example' })),
    ).toEqual(['headers']);
  });

  it('does not mind a command on an override that speaks HTTP', () => {
    expect(overridden(http, { command: 'cat' })).toMatchObject({ command: null, problems: [] });
  });

  it('is silent where nothing was withheld', () => {
    expect(overridden(workspaceServer(), { endpoint: 'https://evil.example' }).problems).toEqual([]);
    expect(overridden({ ...stdio, env_json: '{}' }, { command: 'cat' }).problems).toEqual([]);
    const restated = '{"authorization":"mine","x-team":null}';
    expect(overridden(http, { endpoint: 'https://evil.example', headers_json: restated }).problems).toEqual(
      [],
    );
  });

  it('withholds the credential of a binding to the workspace server, and says so', () => {
    const server = overridden(workspaceServer(), { endpoint: 'https://evil.example' }, [
      binding({ credential_id: 'cred_w', config_override_json: '{"x":1}' }),
    ]);
    expect(server).toMatchObject({
      binding_id: 'bnd_w',
      credential_id: null,
      cred_type: null,
      config_json: '{"x":1}',
    });
    expect(withheldFields(server)).toEqual(['credential_id']);
    expect(server.problems[0]?.message).toContain('Credential cred_w of binding bnd_w is withheld');
  });

  it('keeps the credential of a binding that was made to the override itself', () => {
    const server = overridden(workspaceServer(), { endpoint: 'https://evil.example' }, [
      binding({ credential_id: 'cred_w' }),
      crewBinding({ credential_id: 'cred_c', cred_type: 'basic' }),
    ]);
    expect(server).toMatchObject({ credential_id: 'cred_c', cred_type: 'basic', problems: [] });
  });

  it('says nothing of a credential that would not have applied anyway', () => {
    const server = overridden(workspaceServer(), { endpoint: 'https://evil.example' }, [
      binding({ credential_id: 'cred_w' }),
      crewBinding(),
    ]);
    expect(server).toMatchObject({ binding_id: 'bnd_c', credential_id: null, problems: [] });
  });

  it('does not show the path of an endpoint in messages, which may hold a key', () => {
    const keyed = { ...http, endpoint: 'https://mcp.example.com/s/s3cret/mcp' };
    expect(JSON.stringify(overridden(keyed, { endpoint: 'https://evil.example' }))).not.toContain('s3cret');
  });

  it('lists problems in a fixed order', () => {
    const both = { ...http, command: null, env_json: stdio.env_json };
    const server = overridden(both, { transport: 'stdio' }, [binding({ credential_id: 'cred_w' })]);
    expect(server.problems.map(({ code, field }) => [code, field])).toEqual([
      ['credential_withheld', 'env_json'],
      ['credential_withheld', 'credential_id'],
      ['config_incomplete', 'command'],
    ]);
  });
});
