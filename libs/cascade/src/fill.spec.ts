import type { EffectiveServer } from './answer.js';
import { cascade, explain, needsOf, resolve, secretsIn } from './cascade.js';
import type { DisclosedCredential } from './credentials.js';
import type { WorkspaceServerRow } from './rows.js';
import {
  binding,
  credential,
  plain,
  stdioServer,
  tiers,
  unreadable,
  workspaceServer,
} from './testing/factories.js';

const setOf = (server: WorkspaceServerRow) => cascade(tiers({ workspace_servers: [server] }));

function filled(server: WorkspaceServerRow, ...credentials: DisclosedCredential[]): EffectiveServer {
  const [answer] = resolve(setOf(server), plain(...credentials));
  if (answer === undefined) throw new Error('The server was left out.');
  return answer;
}

const token = '{{credential:token}}';
const gone = '{{credential:gone}}';
const problems = ({ problems }: EffectiveServer): string[] =>
  problems.map(({ code, field }) => `${code} ${field}`);

describe('rule 9: templates', () => {
  it('are replaced in variables, arguments, headers, and strings anywhere in the config', () => {
    const config_json = `{"a":{"b":"${token}"},"list":["x","${token}!",{"c":["${token}"]}],"n":1}`;
    expect(
      filled(
        stdioServer({ env_json: `{"T":"${token}"}`, args_json: `["-k=${token}"]`, config_json }),
        credential(),
      ),
    ).toMatchObject({
      env_json: '{"T":"s3cret"}',
      args_json: '["-k=s3cret"]',
      config_json: '{"a":{"b":"s3cret"},"list":["x","s3cret!",{"c":["s3cret"]}],"n":1}',
      problems: [],
    });
    expect(
      filled(workspaceServer({ headers_json: `{"Authorization":"Bearer ${token}"}` }), credential()).headers,
    ).toEqual({ Authorization: 'Bearer s3cret' });
  });

  it('are text like any other in endpoints, commands, and names', () => {
    const command = `run ${token}`;
    const server = filled(stdioServer({ command, config_json: `{"${token}":1}` }), credential());
    expect(server).toMatchObject({ command, config_json: `{"${token}":1}`, problems: [] });
    const endpoint = `https://mcp.example.com/${token}`;
    expect(filled(workspaceServer({ endpoint }), credential())).toMatchObject({ endpoint, problems: [] });
  });

  it('that cannot be filled leave out what they are in, and an argument becomes empty in its place', () => {
    const server = filled(
      stdioServer({
        env_json: `{"GONE":"x${gone}","KEPT":"1","T":"${token}"}`,
        args_json: `["-a","--key=${gone}","-b"]`,
        config_json: `{"a":{"b":"${gone}"},"list":["x","${gone}",["${gone}"],{"c":"${gone}"}],"both":"${token}${gone}"}`,
      }),
      credential(),
    );
    expect(server).toMatchObject({
      env_json: '{"KEPT":"1","T":"s3cret"}',
      args_json: '["-a","","-b"]',
      config_json: '{"a":{},"list":["x",[],{}]}',
    });
    expect(problems(server)).toEqual([
      'credential_missing args_json',
      'credential_missing env_json',
      'credential_missing config_json',
    ]);
    expect(server.problems[1]?.message).toBe(
      'Credential "gone", which a template in env_json names, does not exist: make one of that name, or change the template.',
    );
    expect(filled(workspaceServer({ headers_json: `{"X-A":"${gone}"}` }))).toMatchObject({
      headers: {},
      problems: [{ code: 'credential_missing', field: 'headers' }],
    });
  });

  it('have one problem for each credential and field, in the order in which they stand', () => {
    const other = '{{credential:other}}';
    const server = filled(
      stdioServer({
        env_json: `{"B":"${other}","A":"${gone}${gone}","C":"${gone}"}`,
        config_json: `["${gone}"]`,
      }),
    );
    expect(server.problems.map(({ field, message }) => [field, /"(\w+)"/.exec(message)?.[1]])).toEqual([
      ['env_json', 'other'],
      ['env_json', 'gone'],
      ['config_json', 'gone'],
    ]);
  });

  it.each(['', ' ', ' token ', 'to ken', '-token', 'a'.repeat(65), '{{credential:token', 'tok\ten'])(
    'count as missing with %j for a name, which nothing repeats',
    (name) => {
      const value = JSON.stringify(`{{credential:${name}}}`);
      const server = filled(workspaceServer({ config_json: `{"a":${value}}` }), credential());
      expect(server.config_json).toBe('{}');
      expect(server.problems).toEqual([
        {
          code: 'credential_missing',
          field: 'config_json',
          message:
            'A template in config_json does not hold the name of a credential: correct the name, or remove it.',
        },
      ]);
      expect(needsOf(setOf(workspaceServer({ config_json: `{"a":${value}}` }))).names).toEqual([]);
    },
  );

  it('are not looked for in what was put in', () => {
    const looping = credential({ value: `${token}${gone}$&$1` });
    const server = filled(
      workspaceServer({ config_json: `["<${token}>"]`, headers_json: `{"X-A":"${token}"}` }),
      looping,
    );
    expect(server).toMatchObject({
      config_json: JSON.stringify([`<${token}${gone}$&$1>`]),
      headers: { 'X-A': `${token}${gone}$&$1` },
      problems: [],
    });
  });

  it('put nothing into a place that cannot hold it', () => {
    const broken = credential({ value: 'a\0\nb' });
    const stdio = stdioServer({
      env_json: `{"A":"${token}"}`,
      args_json: `["${token}"]`,
      config_json: `["${token}"]`,
    });
    const process = filled(stdio, broken);
    expect(process).toMatchObject({ env_json: '{}', args_json: '[""]', config_json: '["a\\u0000\\nb"]' });
    expect(problems(process)).toEqual(['credential_invalid args_json', 'credential_invalid env_json']);
    const server = filled(workspaceServer({ headers_json: `{"X-A":"${token}","X-B":"1"}` }), broken);
    expect(server.headers).toEqual({ 'X-B': '1' });
    expect(problems(server)).toEqual(['credential_invalid headers']);
  });

  it('tell the first of very many problems', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `{{credential:c${index}}}`);
    const server = filled(workspaceServer({ config_json: JSON.stringify(names) }));
    expect(server.config_json).toBe('[]');
    expect(server.problems).toHaveLength(50);
  });

  it('name a hundred credentials in one server: no other is asked for, or put in', () => {
    const names = Array.from({ length: 7_000 }, (_, index) => `c${index}`);
    const server = workspaceServer({
      config_json: JSON.stringify(names.map((name) => `{{credential:${name}}}`)),
    });
    expect(needsOf(setOf(server)).names).toEqual(names.slice(0, 100).sort());
    const all = names.map((name, index) => credential({ id: `cred_${index}`, name, value: name }));
    const answer = filled(server, ...all);
    expect(JSON.parse(answer.config_json ?? '')).toEqual(names.slice(0, 100));
    expect(answer.problems[0]).toEqual({
      code: 'credential_invalid',
      field: 'config_json',
      message:
        'Credential "c100", which a template in config_json names, is not among the first 100 that templates in this ' +
        'server name: name fewer.',
    });
  });

  it('put no more into a server than an answer can carry', () => {
    const long = credential({ value: 'x'.repeat(32_768) });
    const server = filled(
      workspaceServer({ config_json: JSON.stringify(Array.from({ length: 4_000 }, () => token)) }),
      long,
    );
    expect(JSON.parse(server.config_json ?? '')).toHaveLength(8);
    expect(problems(server)).toEqual(['credential_invalid config_json']);
    const inOne = filled(
      workspaceServer({ config_json: JSON.stringify([token.repeat(4_000), 'kept']) }),
      long,
    );
    expect(inOne.config_json).toBe('["kept"]');
  });

  it('of one server never touch another', () => {
    const rows = tiers({
      workspace_servers: [
        workspaceServer({ id: 'srv_1', name: 'a', headers_json: `{"X-A":"${gone}"}` }),
        workspaceServer({ id: 'srv_2', name: 'b', headers_json: `{"X-A":"${token}"}` }),
        workspaceServer({ id: 'srv_3', name: 'c', headers_json: `{"X-A":"literal"}` }),
      ],
    });
    const [, ...others] = resolve(cascade(rows), plain(credential()));
    expect(others).toMatchObject([
      { headers: { 'X-A': 's3cret' }, problems: [] },
      { headers: { 'X-A': 'literal' }, problems: [] },
    ]);
  });
});

describe('what an answer says of templates', () => {
  const server = stdioServer({
    env_json: `{"A":"x${token}","B":"literal","C":"${gone}"}`,
    args_json: `["${token}"]`,
    config_json: `{"a":["${token}","kept"],"b":{"c":"${gone}"}}`,
  });

  it('is [REDACTED] for whoever may not read secrets, and literals as they are', () => {
    const [answer] = resolve(setOf(server), unreadable(credential()));
    expect(answer).toMatchObject({
      env_json: '{"A":"[REDACTED]","B":"literal"}',
      args_json: '["[REDACTED]"]',
      config_json: '{"a":["[REDACTED]","kept"],"b":{}}',
    });
    expect(answer?.problems).toEqual(filled(server, credential()).problems);
  });

  it('is where everything came from that is still there', () => {
    const [answer] = explain(setOf(server), plain(credential())).servers;
    const workspace = { tier: 'workspace', id: 'srv_w' };
    expect(answer?.origins).toMatchObject({ args_json: workspace, credential_name: null });
    expect(answer?.origins.env_json).toEqual({ A: workspace, B: workspace });
    expect(answer?.origins.config_json).toEqual({ '/a': workspace, '/b': workspace });
  });

  it('asks the vault for each name once, in order', () => {
    expect(needsOf(setOf(server))).toEqual({ ids: [], names: ['gone', 'token'] });
    expect(needsOf(setOf(workspaceServer()))).toEqual({ ids: [], names: [] });
    const unread = workspaceServer({ env_json: `{"A":"${token}"}`, args_json: `["${token}"]` });
    expect(needsOf(setOf(unread))).toEqual({ ids: [], names: [] });
  });

  it('tells the secrets that are in it, each once, and no other', () => {
    const both = stdioServer({
      env_json: `{"A":"${token}","B":"${token}","C":"{{credential:other}}${gone}"}`,
    });
    const other = credential({ id: 'cred_2', name: 'other', value: 'unused' });
    expect(secretsIn(setOf(both), plain(credential(), other))).toEqual(['s3cret']);
  });

  it('put no more into an answer than an answer may hold, however many servers there are', () => {
    const value = 'x'.repeat(32_768);
    const args_json = JSON.stringify(Array.from({ length: 8 }, () => token));
    const servers = Array.from({ length: 18 }, (_, index) =>
      stdioServer({ id: `srv_${index}`, name: `server-${String(index).padStart(2, '0')}`, args_json }),
    );
    const answer = resolve(cascade(tiers({ workspace_servers: servers })), plain(credential({ value })));
    expect(answer.map((server) => problems(server))).toEqual([
      ...Array.from({ length: 16 }, () => []),
      ['credential_invalid args_json'],
      ['credential_invalid args_json'],
    ]);
    expect(answer[16]).toMatchObject({ args_json: JSON.stringify(Array.from({ length: 8 }, () => '')) });
    expect(answer[16]?.problems[0]?.message).toContain('in one answer come to more than 4194304 characters');
  });

  it('leave no room for a binding that comes later', () => {
    const value = 'x'.repeat(32_768);
    const args_json = JSON.stringify(Array.from({ length: 8 }, () => token));
    const servers = Array.from({ length: 17 }, (_, index) =>
      index < 16
        ? stdioServer({ id: `srv_${index}`, name: `a-${index}`, args_json })
        : workspaceServer({ id: 'srv_last', name: 'b' }),
    );
    const bindings = [binding({ server_id: 'srv_last', credential_id: 'cred_1' })];
    const rows = tiers({ workspace_servers: servers, bindings });
    const last = resolve(cascade(rows), plain(credential({ value }))).at(-1);
    expect(last).toMatchObject({ name: 'b', headers: null });
    expect(last && problems(last)).toEqual(['credential_invalid credential_id']);
  });
});
