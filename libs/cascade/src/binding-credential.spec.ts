import type { EffectiveServer } from './answer.js';
import { cascade, explain, needsOf, resolve, secretsIn } from './cascade.js';
import type { DisclosedCredential } from './credentials.js';
import type { BindingRow, WorkspaceServerRow } from './rows.js';
import {
  binding,
  credential,
  plain,
  stdioServer,
  tiers,
  unreadable,
  workspaceServer,
} from './testing/factories.js';

const setOf = (server: WorkspaceServerRow, fields: Partial<BindingRow>) =>
  cascade(
    tiers({ workspace_servers: [server], bindings: [binding({ credential_id: 'cred_1', ...fields })] }),
  );

function bound(
  server: WorkspaceServerRow,
  fields: Partial<BindingRow>,
  given: Partial<DisclosedCredential> = {},
): EffectiveServer {
  const [answer] = resolve(setOf(server, fields), plain(credential(given)));
  if (answer === undefined) throw new Error('The server was left out.');
  return answer;
}

const http = workspaceServer();
const stdio = stdioServer({ env_json: '{"LOG":"1"}' });

describe("rule 8: a binding's credential over HTTP", () => {
  // RFC 6750 section 2.1; RFC 7617 sections 2 and 2.1, with its own two examples; RFC 9110 section 5.5.
  it.each<[string, Partial<BindingRow>, string, Record<string, string>]>([
    ['bearer', {}, 'mF_9.B5f-4.1JqM', { Authorization: 'Bearer mF_9.B5f-4.1JqM' }],
    ['bearer, whatever header is named', { cred_header: 'X-Key' }, 't', { Authorization: 'Bearer t' }],
    ['api_key', { cred_type: 'api_key' }, 'k 1', { 'X-API-Key': 'k 1' }],
    ['api_key in a header of its own', { cred_type: 'api_key', cred_header: 'X-Key' }, 'k', { 'X-Key': 'k' }],
    ['api_key with Latin-1 and a tab', { cred_type: 'api_key' }, 'k\té', { 'X-API-Key': 'k\té' }],
    [
      'basic',
      { cred_type: 'basic' },
      'Aladdin:open sesame',
      { Authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
    ],
    ['basic in UTF-8', { cred_type: 'basic' }, 'test:123£', { Authorization: 'Basic dGVzdDoxMjPCow==' }],
    ['basic with more colons', { cred_type: 'basic' }, 'a:b:c', { Authorization: 'Basic YTpiOmM=' }],
    ['basic without a password', { cred_type: 'basic' }, 'a:', { Authorization: 'Basic YTo=' }],
  ])('goes out as %s', (_type, fields, value, headers) => {
    expect(bound(http, fields, { value })).toMatchObject({ headers, problems: [] });
  });

  it.each<[string, Partial<BindingRow>, string]>([
    ['a line end', {}, 'token\n'],
    ['a line end and a header', { cred_type: 'api_key' }, 'k\r\nX-Other: 1'],
    ['a NUL', {}, 'a\0b'],
    ['a character beyond Latin-1', { cred_type: 'api_key' }, '€'],
    ['no colon, for basic', { cred_type: 'basic' }, 'hunter2'],
    ['a control character, for basic', { cred_type: 'basic' }, 'user:pass\tword'],
  ])('is not sent with %s', (_what, fields, value) => {
    const server = bound(http, fields, { value });
    expect(server.headers).toBeNull();
    expect(server.problems).toMatchObject([{ code: 'credential_invalid', field: 'credential_id' }]);
    expect(server.problems[0]?.message).toContain('Credential "token" of binding bnd_w');
    expect(JSON.stringify(server)).not.toContain(JSON.stringify(value).slice(1, -1));
  });

  it('beats a header of its name, in any case, and no other', () => {
    const server = workspaceServer({
      headers_json: '{"AUTHORIZATION":"{{credential:other}}","X-Api-Key":"k"}',
    });
    expect(bound(server, {})).toMatchObject({
      headers: { 'X-Api-Key': 'k', Authorization: 'Bearer s3cret' },
      problems: [],
    });
    expect(needsOf(setOf(server, {}))).toEqual({ ids: ['cred_1'], names: [] });
    expect(bound(server, { cred_type: 'api_key' }).headers).toEqual({ 'X-API-Key': 's3cret' });
  });

  it('beats it also when it cannot be used: the agent does not become somebody else', () => {
    const server = workspaceServer({ headers_json: '{"authorization":"Bearer of-everybody","X-A":"1"}' });
    expect(bound(server, {}, { status: 'revoked', value: null }).headers).toEqual({ 'X-A': '1' });
    expect(resolve(setOf(server, {}), plain())[0]?.headers).toEqual({ 'X-A': '1' });
  });
});

describe("rule 8: a binding's credential for a process", () => {
  it.each(['bearer', 'api_key', 'basic'] as const)('goes into the variable as it is, as %s', (cred_type) => {
    expect(bound(stdio, { cred_type, env_var_name: 'TOKEN' }, { value: 'a\nb€' })).toMatchObject({
      env_json: '{"LOG":"1","TOKEN":"a\\nb€"}',
      headers: null,
      problems: [],
    });
  });

  it('beats a variable of that very name', () => {
    const server = stdioServer({ env_json: '{"TOKEN":"{{credential:other}}","token":"kept"}' });
    const answer = bound(server, { env_var_name: 'TOKEN' });
    expect(answer).toMatchObject({ env_json: '{"token":"kept","TOKEN":"s3cret"}', problems: [] });
  });

  it('has nowhere to go without a variable, and a problem says so', () => {
    const server = bound(stdio, {});
    expect(server).toMatchObject({ env_json: '{"LOG":"1"}', credential_name: 'token' });
    expect(server.problems).toEqual([
      {
        code: 'config_incomplete',
        field: 'env_var_name',
        message:
          'Credential "token" of binding bnd_w goes into a variable that the binding does not name: set its env_var_name.',
      },
    ]);
  });

  it('is not put in with a NUL', () => {
    const server = bound(stdio, { env_var_name: 'TOKEN' }, { value: 'a\0b' });
    expect(server).toMatchObject({ env_json: '{"LOG":"1"}', problems: [{ code: 'credential_invalid' }] });
  });
});

describe("what is told of a binding's credential", () => {
  it('is its name, and the binding as the origin of all that it brings', () => {
    const [server] = explain(setOf(http, {}), plain(credential())).servers;
    const agent = { tier: 'agent', id: 'bnd_w' };
    expect(server).toMatchObject({ credential_id: 'cred_1', credential_name: 'token', cred_type: 'bearer' });
    expect(server?.origins).toMatchObject({
      credential_id: agent,
      credential_name: agent,
      cred_type: agent,
      headers: { Authorization: agent },
    });
    const [process] = explain(setOf(stdio, { env_var_name: 'TOKEN' }), plain(credential())).servers;
    expect(process?.origins.env_json).toEqual({ LOG: { tier: 'workspace', id: 'srv_w' }, TOKEN: agent });
  });

  it('is no name, and no origin of one, where the vault has none', () => {
    const [server] = explain(setOf(http, {}), plain()).servers;
    expect(server).toMatchObject({ credential_id: 'cred_1', credential_name: null });
    expect(server?.origins.credential_name).toBeNull();
    expect(server?.problems).toEqual([
      {
        code: 'credential_missing',
        field: 'credential_id',
        message: 'Credential cred_1 of binding bnd_w does not exist: give the binding another one.',
      },
    ]);
  });

  it('is [REDACTED] for whoever may not read it, as what would be sent', () => {
    const given = unreadable(credential({ value: 'no colon' }));
    for (const cred_type of ['bearer', 'basic'] as const) {
      expect(resolve(setOf(http, { cred_type }), given)).toMatchObject([
        { headers: { Authorization: '[REDACTED]' }, credential_name: 'token', problems: [] },
      ]);
    }
    expect(resolve(setOf(stdio, { env_var_name: 'TOKEN' }), given)).toMatchObject([
      { env_json: '{"LOG":"1","TOKEN":"[REDACTED]"}' },
    ]);
    expect(secretsIn(setOf(http, {}), given)).toEqual([]);
  });

  it('is each of its secrets to whoever has to strike them, in Base64 too', () => {
    expect(secretsIn(setOf(http, {}), plain(credential()))).toEqual(['s3cret']);
    const basic = plain(credential({ value: 'user:pass' }));
    expect(secretsIn(setOf(http, { cred_type: 'basic' }), basic)).toEqual(['user:pass', 'dXNlcjpwYXNz']);
    expect(secretsIn(setOf(stdio, {}), plain(credential()))).toEqual([]);
  });
});
