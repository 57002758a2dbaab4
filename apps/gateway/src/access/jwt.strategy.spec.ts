import { ServiceError } from '@hawser/contracts';
import { authorise, createWorkspace, listWorkspaces, type Access } from '@hawser/contracts/directory';
import { listWorkspaceServers } from '@hawser/contracts/bindings';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { FakeIssuer } from '../testing/fake-issuer.js';
import { owner, testGateway, token as ownToken, type TestGateway } from '../testing/test-gateway.js';

const inNoWorkspace: Access = {
  ...owner,
  actor: { kind: 'user', id: 'oidc:user-42', user_id: 'user-42' },
  role: null,
  workspace: null,
  agent: null,
  crew_id: null,
};

let issuer: FakeIssuer;
let gateway: TestGateway;
beforeEach(async () => {
  issuer = await FakeIssuer.start();
  gateway = await testGateway({ oidc: { issuer: issuer.url, audience: issuer.audience } });
});
afterEach(async () => {
  await gateway.app.close();
  issuer.stop();
});

type Method = 'GET' | 'POST';
const send = (
  token: string,
  url: string,
  method: Method = 'GET',
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> =>
  gateway.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(method === 'POST' ? { payload: { name: 'x' } } : {}),
  });
const askedFor = ({ subject }: { subject: string }): unknown[] =>
  gateway.bus.asked.filter((asked) => asked.subject === subject);

describe('a JWT of the issuer', () => {
  it('is verified, and only its subject is asked about, in the workspace that the request names', async () => {
    const token = await issuer.token();
    gateway.bus.answer(listWorkspaceServers, { items: [], next_cursor: null });
    for (const name of ['ws_1', 'acme']) {
      const answer = await send(token, `/api/v1/integrations?workspace_id=${name}`);
      expect(answer.statusCode).toBe(200);
    }
    expect(askedFor(authorise)).toMatchObject([
      { request: { subject: 'user-42', workspace: 'ws_1' } },
      { request: { subject: 'user-42', workspace: 'acme' } },
    ]);
    for (const part of token.split('.')) expect(JSON.stringify(gateway.bus.asked)).not.toContain(part);
  });

  it('is asked about with the agent and the crew that the path names', async () => {
    await send(await issuer.token(), '/api/v1/crews/crew_1/integrations?workspace_id=ws_1');
    expect(askedFor(authorise)).toMatchObject([
      { request: { subject: 'user-42', workspace: 'ws_1', crew_id: 'crew_1' } },
    ]);
  });

  it('names no workspace for what needs none: making one, listing them, and /me', async () => {
    gateway.callerIs(inNoWorkspace);
    gateway.bus.answer(createWorkspace, {});
    gateway.bus.answer(listWorkspaces, { workspaces: [], next_cursor: null });
    const token = await issuer.token();
    expect((await send(token, '/api/v1/workspaces', 'POST')).statusCode).toBe(201);
    expect((await send(token, '/api/v1/workspaces')).statusCode).toBe(200);
    for (const contract of [createWorkspace, listWorkspaces]) {
      expect(askedFor(contract)).toMatchObject([
        { headers: { 'hawser-context': expect.not.stringContaining('workspaceId') as string } },
      ]);
    }
    expect((await send(token, '/api/v1/me')).json()).toEqual({
      actor: inNoWorkspace.actor,
      role: null,
      scopes: null,
      workspace: null,
    });
  });

  it('may say at /me which workspace it means', async () => {
    const token = await issuer.token();
    await send(token, '/api/v1/me?workspace_id=acme');
    await send(token, '/api/v1/me', 'GET', { 'x-account-id': 'ws_1' });
    expect(askedFor(authorise)).toMatchObject([
      { request: { subject: 'user-42', workspace: 'acme' } },
      { request: { subject: 'user-42', workspace: 'ws_1' } },
    ]);
  });

  it('must name a workspace everywhere else', async () => {
    gateway.callerIs(inNoWorkspace);
    for (const path of [
      'integrations',
      'crews',
      'agents',
      'tokens',
      'audit',
      'agents/agt_1/integrations/resolved',
    ]) {
      const answer = await send(await issuer.token(), `/api/v1/${path}`);
      expect(answer.json()).toMatchObject({ status: 400, code: 'tenant_missing' });
    }
  });

  it('is worth nothing where it has no role, even if no workspace were asked for', async () => {
    gateway.callerIs(inNoWorkspace);
    const answer = await send(await issuer.token(), '/api/v1/tokens?workspace_id=ws_1');
    expect(answer.json()).toMatchObject({ status: 403, code: 'forbidden' });
    gateway.callerIs({ ...owner, role: null });
    expect((await send(await issuer.token(), '/api/v1/crews?workspace_id=ws_1')).statusCode).toBe(403);
  });

  it('is answered 404 where directory does not know its user', async () => {
    gateway.bus.answer(
      authorise,
      new ServiceError('not_found', 'no workspace "acme" that you are a member of'),
    );
    const answer = await send(await issuer.token(), '/api/v1/integrations?workspace_id=acme');
    expect(answer.json()).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is refused with the reason, and with the challenge of RFC 6750, before anybody is asked', async () => {
    const answer = await send(await issuer.token({ exp: 1_700_000_000 }), '/api/v1/me');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="hawser", error="invalid_token"');
    expect(answer.json()).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: 'the token expired at 2023-11-14T22:13:20.000Z',
    });
    expect(gateway.bus.asked).toEqual([]);
  });

  it('is never written to a log, whatever is wrong with it', async () => {
    const levels = ['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const;
    const logs = levels.map((level) => jest.spyOn(Logger.prototype, level).mockReturnValue(undefined));
    const good = await issuer.token();
    gateway.callerIs(new Error('unforeseen'));
    const tokens = [good, await issuer.token({ aud: 'x' }), good.slice(0, -2), `${good.slice(0, -4)}AAAA`];
    for (const token of tokens) {
      const answer = await send(token, '/api/v1/me');
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      for (const part of token.split('.')) {
        expect(answer.body).not.toContain(part);
        expect(JSON.stringify(logs.map(({ mock }) => mock.calls))).not.toContain(part);
      }
    }
    for (const log of logs) log.mockRestore();
  });
});

describe("Hawser's own tokens", () => {
  it('are asked about by their hash, and not by the issuer', async () => {
    expect((await send(ownToken, '/api/v1/me')).statusCode).toBe(200);
    expect(askedFor(authorise)).toMatchObject([
      { request: { token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    ]);
  });

  it('go on while the issuer is away; JWTs get 503 with its name', async () => {
    await gateway.app.close();
    issuer.away();
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    gateway = await testGateway({ oidc: { issuer: issuer.url, audience: issuer.audience } });
    expect((await send(ownToken, '/api/v1/me')).statusCode).toBe(200);
    const answer = await send(await issuer.token(), '/api/v1/me');
    expect(answer.json()).toMatchObject({ status: 503, code: 'service_unavailable', issuer: issuer.url });
    expect(answer.headers['www-authenticate']).toBeUndefined();
    warn.mockRestore();
  });
});

it('without an issuer, a JWT is refused with the reason, and own tokens are let in', async () => {
  await gateway.app.close();
  gateway = await testGateway();
  const answer = await send(await issuer.token(), '/api/v1/me');
  expect(answer.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
  expect(answer.json<{ detail: string }>().detail).toContain('no issuer');
  expect((await send(ownToken, '/api/v1/me')).statusCode).toBe(200);
});
