import type { BusClient } from '@hawser/messaging';
import type { LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DirectoryApiModule } from './api/directory/directory-api.module.js';
import { TiersApiModule } from './api/tiers/tiers-api.module.js';
import { GatewayModule } from './app.module.js';
import { requestId } from './http/request-id.js';
import { serveDocuments } from './openapi/serve.js';
import { sendProblem } from './problems/problem.filter.js';
import { refuseConnection } from './problems/refuse-connection.js';
import type { Surface } from './openapi/documents.js';

export interface GatewayOptions {
  bus: BusClient;
  /** Origins whose pages may call the gateway from a browser. */
  corsOrigins: readonly string[];
  logger: LogLevel[];
}

export const surfaces: readonly Surface[] = [
  { name: 'tiers', title: 'Hawser: tiers and resolver', module: TiersApiModule },
  { name: 'directory', title: 'Hawser: directory', module: DirectoryApiModule },
];

/** Five JSON fields of 64 KiB fit with room to spare. */
const bodyLimitBytes = 1024 * 1024;
const requestTimeoutMs = 30_000;
const idleSweepMs = 50;

/** The gateway, ready to listen. */
export async function createGateway({
  bus,
  corsOrigins,
  logger,
}: GatewayOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    // For headers and body alike; Node has these from the start, or not at all.
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5_000,
    },
    requestTimeout: requestTimeoutMs,
    clientErrorHandler: refuseConnection,
    genReqId: requestId,
    // What was taken before the close is answered as ever.
    return503OnClosing: false,
    // Ids and tool names may be long; a longer path parameter is refused.
    routerOptions: { maxParamLength: 512 },
    // What the router refuses before there is a route, and so before Nest's filters.
    frameworkErrors: sendProblem,
  });
  // Read as text by default, where a body that is not JSON is to be refused by its type.
  adapter.getInstance().removeContentTypeParser('text/plain');
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.register(bus), adapter, {
    logger,
    // Nest's parsers add forms, and do no more for JSON than Fastify's own.
    bodyParser: false,
    // Whoever asked for it says what failed, and ends what else there is.
    abortOnError: false,
  });
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: [...corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['ETag', 'Link', 'X-Request-Id', 'Retry-After'],
      maxAge: 600,
    });
  }
  serveDocuments(app, surfaces);
  return app;
}

/** Stops taking requests, lets those in flight finish, and closes. Keep-alive connections are ended as they fall idle. */
export async function closeGateway(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}
