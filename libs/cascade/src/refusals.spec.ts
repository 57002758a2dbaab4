import type { EffectiveServer } from './answer.js';
import { cascade, needsOf, resolve } from './cascade.js';
import type { DisclosedCredential } from './credentials.js';
import type { TierRows } from './rows.js';
import {
  binding,
  credential,
  crewBinding,
  override,
  plain,
  stdioServer,
  tiers,
  unreadable,
  workspaceServer,
} from './testing/factories.js';

function answer(rows: Partial<TierRows>, ...credentials: DisclosedCredential[]): EffectiveServer {
  const [server] = resolve(cascade(tiers(rows)), plain(...credentials));
  if (server === undefined) throw new Error('The server was left out.');
  return server;
}

const token = '{{credential:token}}';
const inHeader = workspaceServer({ headers_json: `{"X-A":"${token}"}` });

describe('a credential that is not put in', () => {
  it.each<[string, Partial<DisclosedCredential>, string, string]>([
    [
      'is still to be signed in for',
      { status: 'pending', value: null },
      'credential_missing',
      'holds nothing yet: sign in for it',
    ],
    [
      'is dead',
      { type: 'oauth2', status: 'expired', status_reason: 'the grant was revoked', value: null },
      'credential_expired',
      'cannot be used any more (expired: the grant was revoked); sign in for it again',
    ],
    [
      'has expired',
      { status: 'expired', value: null },
      'credential_expired',
      'cannot be used any more (expired); store a new value',
    ],
    [
      'was revoked',
      { status: 'revoked', value: null },
      'credential_expired',
      'cannot be used any more (revoked); store a new value',
    ],
    [
      'failed',
      {
        type: 'oauth2',
        status: 'error',
        status_reason: 'its client is not known: set it again',
        value: null,
      },
      'credential_expired',
      'cannot be used: its client is not known: set it again',
    ],
    [
      'is dead although it has a value',
      { status: 'revoked' },
      'credential_expired',
      'cannot be used any more (revoked); store a new value',
    ],
    [
      'has nothing to give',
      { value: null },
      'credential_expired',
      'cannot be used any more: store a new value',
    ],
    [
      'could not be renewed',
      { value: null, retryable: true },
      'credential_unavailable',
      'could not be renewed at the moment: ask again in some seconds',
    ],
    [
      'is for others',
      { allowed_origins: ['https://a.example', 'https://mcp.example.com:444'] },
      'credential_withheld',
      'is only for https://a.example, https://mcp.example.com:444, and not for https://mcp.example.com: change its allowed_origins, or take another one',
    ],
  ])('because it %s, is told of, whether a template or a binding brings it', (_why, fields, code, reason) => {
    const given = credential(fields);
    const named = answer({ workspace_servers: [inHeader] }, given);
    expect(named.headers).toEqual({});
    expect(named.problems).toEqual([
      {
        code,
        field: 'headers',
        message: `Credential "token", which a template in headers names, ${reason}.`,
      },
    ]);
    const bound = answer(
      { workspace_servers: [workspaceServer()], bindings: [binding({ credential_id: 'cred_1' })] },
      given,
    );
    expect(bound).toMatchObject({ headers: null, credential_name: 'token' });
    expect(bound.problems).toEqual([
      { code, field: 'credential_id', message: `Credential "token" of binding bnd_w ${reason}.` },
    ]);
  });

  it('is told of alike to those who may not read secrets, but for what only its value shows', () => {
    const problemsFor = (fields: Partial<DisclosedCredential>): unknown =>
      resolve(cascade(tiers({ workspace_servers: [inHeader] })), unreadable(credential(fields)))[0]?.problems;
    for (const fields of [
      { status: 'pending' },
      { status: 'revoked' },
      { allowed_origins: ['https://a.example'] },
    ] as const) {
      const { problems } = answer({ workspace_servers: [inHeader] }, credential({ ...fields, value: null }));
      expect(problemsFor(fields)).toEqual(problems);
    }
    expect(problemsFor({ value: null, retryable: true })).toEqual([]);
    expect(problemsFor({ value: 'line\nend' })).toEqual([]);
  });
});

describe('allowed_origins', () => {
  const only = (origin: string): DisclosedCredential => credential({ allowed_origins: [origin] });

  it.each([
    ['https://mcp.example.com/mcp', 'https://mcp.example.com', true],
    ['HTTPS://MCP.Example.COM:443/x?y', 'https://mcp.example.com', true],
    ['https://mcp.example.com:8443/mcp', 'https://mcp.example.com', false],
    ['http://mcp.example.com/mcp', 'https://mcp.example.com', false],
    ['https://mcp.example.com.evil.example/', 'https://mcp.example.com', false],
    ['https://mcp.example.com@evil.example/', 'https://mcp.example.com', false],
    [String.raw`https://mcp.example.com\@evil.example/`, 'https://mcp.example.com', false],
    ['no URL', 'https://mcp.example.com', false],
    [null, 'https://mcp.example.com', false],
  ])('of a server at %s are held against %s', (endpoint, origin, isGiven) => {
    const server = answer({ workspace_servers: [{ ...inHeader, endpoint }] }, only(origin));
    expect(server.headers).toEqual(isGiven ? { 'X-A': 's3cret' } : {});
    const codes = server.problems.map(({ code }) => code);
    expect(codes.includes('credential_withheld')).toBe(!isGiven);
  });

  it('hold no process', () => {
    const server = stdioServer({
      command: 'npx',
      endpoint: 'https://mcp.example.com',
      env_json: `{"A":"${token}"}`,
    });
    expect(answer({ workspace_servers: [server] }, only('https://mcp.example.com'))).toMatchObject({
      env_json: '{}',
      problems: [
        { code: 'credential_withheld', message: expect.stringContaining('not for the command "npx"') },
      ],
    });
  });

  it('are held against where the server is after the merge, whoever moved it', () => {
    const rows = {
      workspace_servers: [workspaceServer()],
      crew_servers: [override({ endpoint: 'https://evil.example', headers_json: `{"X-A":"${token}"}` })],
    };
    expect(answer(rows, only('https://mcp.example.com')).headers).toEqual({});
    expect(answer(rows, only('https://evil.example')).headers).toEqual({ 'X-A': 's3cret' });
  });
});

describe('rule 3: templates of a moved server', () => {
  const parent = stdioServer({
    args_json: `["${token}"]`,
    config_json: `{"p":"${token}","list":["${token}"],"o":"${token}"}`,
  });
  const moved = { command: 'cat', config_json: '{"o":"{{credential:token}}!"}' };

  it('are withheld where the workspace row wrote them, and not where the override did', () => {
    const server = answer({ workspace_servers: [parent], crew_servers: [override(moved)] }, credential());
    expect(server).toMatchObject({ args_json: '[""]', config_json: '{"list":[],"o":"s3cret!"}' });
    expect(server.problems).toEqual(
      ['args_json', 'config_json'].map((field) => ({
        code: 'credential_withheld',
        field,
        message:
          `Credential "token", which a template in ${field} names, is withheld: crew server srv_o sends them to ` +
          'the command "cat", and not to the command "npx". Write the template on the crew server, or let it go where the ' +
          'workspace server goes.',
      })),
    );
  });

  it('are withheld in the config of a binding to the workspace server, and not in one to the override', () => {
    const config_override_json = `{"b":"${token}"}`;
    const rows = { workspace_servers: [stdioServer()], crew_servers: [override({ command: 'cat' })] };
    const toWorkspace = answer({ ...rows, bindings: [binding({ config_override_json })] }, credential());
    expect(toWorkspace).toMatchObject({
      config_json: '{}',
      problems: [{ code: 'credential_withheld', field: 'config_json' }],
    });
    const toCrew = answer({ ...rows, bindings: [crewBinding({ config_override_json })] }, credential());
    expect(toCrew).toMatchObject({ config_json: '{"b":"s3cret"}', problems: [] });
  });

  it('are not even asked for', () => {
    const set = cascade(
      tiers({
        workspace_servers: [
          workspaceServer({ ...parent, headers_json: '{"X-A":"{{credential:of-header}}"}' }),
        ],
        crew_servers: [override({ command: 'cat' })],
        bindings: [binding({ credential_id: 'cred_1' })],
      }),
    );
    expect(needsOf(set)).toEqual({ ids: [], names: [] });
  });

  it('are filled in where the override stays with the same target', () => {
    const server = answer(
      { workspace_servers: [parent], crew_servers: [override({ icon: 'cat' })] },
      credential(),
    );
    expect(server).toMatchObject({
      args_json: '["s3cret"]',
      config_json: '{"p":"s3cret","list":["s3cret"],"o":"s3cret"}',
      problems: [],
    });
  });
});
