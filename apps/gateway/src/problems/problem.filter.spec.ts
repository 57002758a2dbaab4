import { ServiceError } from '@hawser/contracts';
import { createWorkspaceServer, listWorkspaceServers } from '@hawser/contracts/bindings';
import { checkHealth } from '@hawser/contracts/directory';
import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  Logger,
  type ArgumentsHost,
} from '@nestjs/common';
import { jest } from '@jest/globals';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { testGateway, token, type TestGateway } from '../testing/test-gateway.js';
import { ProblemFilter } from './problem.filter.js';

const canary = 'canary-5ee1';
const servers = '/api/v1/integrations?workspace_id=ws_1';
const fit = { name: 'a', endpoint: 'https://mcp.example.com/mcp' };

describe('what goes wrong', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await testGateway();
  });
  afterEach(() => gateway.app.close());

  const send = ({ headers, ...options }: InjectOptions): Promise<LightMyRequestResponse> =>
    gateway.app.inject({ headers: { authorization: `Bearer ${token}`, ...headers }, ...options });

  /** The problem that a request was answered with, checked for what every problem has. */
  async function problemOf(options: InjectOptions): Promise<Record<string, unknown>> {
    const answer = await send(options);
    const problem = answer.json<Record<string, unknown>>();
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(problem).toMatchObject({
      type: 'about:blank',
      status: answer.statusCode,
      title: expect.any(String),
      code: expect.any(String),
      detail: expect.any(String),
      request_id: answer.headers['x-request-id'],
    });
    return problem;
  }

  const post = (payload: string, type = 'application/json'): InjectOptions => ({
    method: 'POST',
    url: servers,
    payload,
    headers: { 'content-type': type },
  });

  it.each(['{', '', 'null', '[]', '5', '{"name":"a"} x', '{"__proto__":{}}'])(
    'answers 400 to a body that is no JSON object: %j',
    async (payload) => {
      expect(await problemOf(post(payload))).toMatchObject({ status: 400, code: 'malformed_message' });
    },
  );

  it('answers 413 with the limit to a body that is over it', async () => {
    const problem = await problemOf(post(JSON.stringify({ name: 'x'.repeat(1024 * 1024) })));
    expect(problem).toMatchObject({ status: 413, code: 'payload_too_large', limit_bytes: 1024 * 1024 });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
  ])('answers 415 to a body of type %s', async (type) => {
    const problem = await problemOf(post('a=b', type));
    expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each(['/', '/api', '/api/v1', '/api/v1/nothing?x=y', '/admin'])(
    'answers 404 to %s, which is no route',
    async (url) => {
      const problem = await problemOf({ method: 'GET', url });
      expect(problem).toMatchObject({ status: 404, code: 'route_not_found' });
      expect(problem.detail).not.toContain('?');
    },
  );

  it('answers 404 to a method that a path does not have', async () => {
    expect(await problemOf({ method: 'PUT', url: servers })).toMatchObject({ code: 'route_not_found' });
  });

  it.each(['/api/v1/agents/%', '/api/v1/agents/%zz', `/api/v1/agents/${'x'.repeat(2_000)}`])(
    'answers a problem to a path that the router refuses: %.30s',
    async (url) => {
      expect((await problemOf({ method: 'GET', url })).status).toBeLessThan(500);
    },
  );

  it('answers what a service refused, with its code, message and details', async () => {
    gateway.bus.answer(
      createWorkspaceServer,
      new ServiceError('name_taken', 'taken, choose another', { field: 'name', value: 'a' }),
    );
    expect(await problemOf(post(JSON.stringify(fit)))).toMatchObject({
      status: 409,
      title: 'Conflict',
      code: 'name_taken',
      detail: 'taken, choose another',
      field: 'name',
      value: 'a',
    });
  });

  it('answers 503 when a service is not there', async () => {
    expect(await problemOf({ url: servers })).toMatchObject({
      status: 503,
      code: 'service_unavailable',
      service: 'bindings',
    });
  });

  it('says in a header, too, when to try again', async () => {
    gateway.bus.answer(
      listWorkspaceServers,
      new ServiceError('service_unavailable', 'failing', { service: 'bindings', retry_after_seconds: 7 }),
    );
    expect((await send({ url: servers })).headers['retry-after']).toBe('7');
    gateway.bus.answer(listWorkspaceServers, new ServiceError('service_timeout', 'late'));
    expect((await send({ url: servers })).headers).not.toHaveProperty('retry-after');
  });

  it.each([
    new Error(canary),
    Object.assign(new Error(canary), { code: canary, statusCode: 500 }),
    new TypeError(canary, { cause: new Error(canary) }),
  ])('tells nothing of an error that nobody foresaw, and logs all of it: %s', async (error) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    gateway.bus.answer(listWorkspaceServers, error);
    const problem = await problemOf({ url: servers });
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain(canary);
    expect(JSON.stringify(problem)).not.toMatch(/\bat .*\.ts/);
    expect(log).toHaveBeenCalledWith(
      expect.stringContaining(String(problem.request_id)),
      expect.stringContaining(canary),
    );
    log.mockRestore();
  });

  it('asks for a token, saying how, and never repeats the one that it got', async () => {
    for (const authorization of ['', 'Basic x', 'Bearer', `Bearer ${token} x`]) {
      const answer = await send({ url: servers, headers: { authorization } });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="hawser"');
    }
    gateway.callerIs(new ServiceError('unauthenticated', 'the token is not valid'));
    const answer = await send({ url: servers });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).not.toContain(token);
    expect(JSON.stringify(gateway.bus.asked)).not.toContain(token);
  });

  it('answers 503 when it is not ready, and 200 when it is', async () => {
    expect(await problemOf({ url: '/readyz' })).toMatchObject({ status: 503, code: 'service_unavailable' });
    gateway.bus.answer(checkHealth, { ok: true, database_ms: 1 });
    expect((await send({ url: '/readyz' })).statusCode).toBe(200);
    expect((await send({ url: '/healthz' })).statusCode).toBe(200);
  });

  it.each([
    [
      new BadRequestException('wrapped', {
        cause: Object.assign(new Error('unreadable'), { statusCode: 400 }),
      }),
      400,
    ],
    [new ForbiddenException(canary), 404],
    [new ConflictException(canary), 500],
    [canary, 500],
    [undefined, 500],
    [null, 500],
  ])('makes a problem of whatever is thrown: %p', (thrown, status) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const sent: { status: number; code: string }[] = [];
    const reply = {
      header: () => reply,
      status: () => reply,
      type: () => reply,
      send: (problem: { status: number; code: string }) => sent.push(problem),
    };
    const request = { id: 'req_1', method: 'GET', url: '/', params: {}, headers: {}, routeOptions: {} };
    const http = { getRequest: () => request, getResponse: () => reply };
    new ProblemFilter().catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
    expect(sent).toMatchObject([{ status }]);
    expect(JSON.stringify(sent)).not.toContain(canary);
    log.mockRestore();
  });
});
