import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { closeGateway, createGateway } from '@hawser/gateway';
import { Broadcasts, BusClient, MemoryHub } from '@hawser/messaging';
import { Controller, Get, RequestMethod, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** What the gateway serves besides its controllers: the API document in its forms. */
const documents = [/^\/api\/openapi(\.json|\.yaml|\/[a-z]+\.json)$/, /^\/api\/docs(\/|$|-)/];
/** Routes for anybody. */
const open = [
  'GET /api/v1/oauth/callback',
  'GET /api/v1/oauth/client-metadata.json',
  'GET /healthz',
  'GET /metrics',
  'GET /readyz',
];

interface Rule {
  permission: string;
  tenant: 'named' | 'path' | 'token' | 'optional';
}

interface Route {
  /** `GET /api/v1/crews/:crewId` */
  name: string;
  access: Rule | 'public' | undefined;
}

function routesOf(controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name] as object;
    const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const parts = [Reflect.getMetadata('path', controller), Reflect.getMetadata('path', handler)] as string[];
    const path = parts.flatMap((part) => part.split('/')).filter((part) => part !== '');
    const access = Reflect.getMetadata('hawser:access', handler) as Route['access'];
    return [{ name: `${RequestMethod[method]} /${path.join('/')}`, access }];
  });
}

describe('the routes of the gateway', () => {
  let app: NestFastifyApplication;
  let routes: Route[];
  const registered: string[] = [];

  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }: RouteOptions) => {
      for (const each of [method].flat()) registered.push(`${each} ${url}`);
    });
  };

  beforeAll(async () => {
    // https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks: before any route is there
    subscribe('fastify.initialization', listen);
    const bus = new MemoryHub().connect();
    const talk = { bus: new BusClient(bus), broadcasts: new Broadcasts(bus) };
    app = await createGateway({ ...talk, corsOrigins: ['https://app.example.com'], logger: [] });
    await app.init();
    unsubscribe('fastify.initialization', listen);
    routes = [...app.get(ModulesContainer).values()].flatMap((module) =>
      [...module.controllers.values()].flatMap(({ metatype }) => routesOf(metatype as Type)),
    );
  });
  afterAll(() => closeGateway(app));

  it('are found', () => {
    expect(routes.length).toBeGreaterThanOrEqual(40);
    expect(routes.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'GET /api/v1/agents/:agentId/integrations/resolved',
        'PATCH /api/v1/crews/:crewId/integrations/:integrationId/tools/:toolName',
        'POST /api/v1/oauth/discover',
      ]),
    );
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
  });

  it('each declare who may use them', () => {
    expect(routes.filter(({ access }) => access === undefined)).toEqual([]);
    expect(
      routes
        .filter(({ access }) => access === 'public')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(open);
  });

  it('are all that the server answers, but for the API document', () => {
    const ofControllers = new Set(routes.map(({ name }) => name));
    // Fastify adds HEAD to every GET; the CORS plugin answers preflights of any path.
    const others = registered.filter(
      (name) =>
        !ofControllers.has(name.replace(/^HEAD /, 'GET ')) &&
        name !== 'OPTIONS *' &&
        !documents.some((document) => document.test(name.replace(/^(GET|HEAD) /, ''))),
    );
    expect(others).toEqual([]);
    expect([...ofControllers].filter((name) => !registered.includes(name))).toEqual([]);
    expect(registered).toEqual(
      expect.arrayContaining([
        'GET /api/openapi.json',
        ...['tiers', 'oauth', 'directory'].map((surface) => `GET /api/openapi/${surface}.json`),
      ]),
    );
  });

  it('take the workspace from the path where the path has one, and only there', () => {
    const wrong = routes.filter(
      ({ name, access }) =>
        typeof access === 'object' && (access.tenant === 'path') !== name.includes('/:workspaceId'),
    );
    expect(wrong).toEqual([]);
  });

  it("name the agent where an agent's own token will do, except to say who it is", () => {
    const agentRoutes = routes.filter(
      ({ access }) => typeof access === 'object' && access.permission === 'agent.read',
    );
    expect(agentRoutes.length).toBeGreaterThanOrEqual(3);
    expect(agentRoutes.filter(({ name }) => !name.includes('/:agentId'))).toEqual([]);
    const self = routes.filter(({ access }) => typeof access === 'object' && access.permission === 'self');
    expect(self.map(({ name }) => name)).toEqual(['GET /api/v1/me']);
  });

  it('ask for a right to read where they only read, and for another one where they change something', () => {
    const reading = [
      ...['tiers.read', 'directory.read', 'agent.read', 'audit.read', 'self'],
      ...['credentials.read', 'oauth.providers'],
    ];
    const wrong = routes.filter(
      ({ name, access }) =>
        typeof access === 'object' &&
        // Who may not make tokens may not look at them either.
        access.permission !== 'tokens.manage' &&
        name.startsWith('GET ') !== reading.includes(access.permission),
    );
    expect(wrong).toEqual([]);
  });

  it('would be found out if one declared nothing', () => {
    @Controller('careless')
    class Careless {
      @Get(':id')
      anything(): string {
        return 'secret';
      }
    }
    expect(routesOf(Careless)).toEqual([{ name: 'GET /careless/:id', access: undefined }]);
  });
});
