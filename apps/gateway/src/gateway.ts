import type { LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CredentialsApiModule } from './api/credentials/credentials-api.module.js';
import { DirectoryApiModule } from './api/directory/directory-api.module.js';
import { OAuthApiModule } from './api/oauth/oauth-api.module.js';
import { TiersApiModule } from './api/tiers/tiers-api.module.js';
import { GatewayModule, type GatewayParts } from './app.module.js';
import { acceptEmptyJson } from './http/empty-json.js';
import { requestId } from './http/request-id.js';
import { SilentConnections } from './http/silent-connections.js';
import { observeRequests } from './observability/observe-requests.js';
import { serveDocuments } from './openapi/serve.js';
import { sendProblem } from './problems/problem.filter.js';
import { refuseConnection } from './problems/refuse-connection.js';
import type { Surface } from './openapi/documents.js';

export interface GatewayOptions extends GatewayParts {
  /** Origins whose pages may call the gateway from a browser. */
  corsOrigins: readonly string[];
  logger: LoggerService | LogLevel[];
  /** Whether every request gets a line at level debug; making it costs time, whether or not somebody reads it. */
  logRequests?: boolean;
}

export const surfaces: readonly Surface[] = [
  { name: 'tiers', title: 'Hawser: tiers and resolver', module: TiersApiModule },
  { name: 'credentials', title: 'Hawser: credentials', module: CredentialsApiModule },
  { name: 'oauth', title: 'Hawser: OAuth', module: OAuthApiModule },
  { name: 'directory', title: 'Hawser: directory', module: DirectoryApiModule },
];

/** Five JSON fields of 64 KiB fit with room to spare. */
const bodyLimitBytes = 1024 * 1024;
const requestTimeoutMs = 30_000;
/** A connection that looks idle here may have a caller who is just writing to it: for so long all are kept open. */
const lingerMs = 250;
/** One on which nothing has come at all may have a caller whose first words have not been read yet, where all is slow. */
const silentLingerMs = 2_000;
const idleSweepMs = 50;
const silentConnections = new WeakMap<NestFastifyApplication, SilentConnections>();

/** The gateway, ready to listen. */
export async function createGateway({
  corsOrigins,
  logger,
  logRequests = false,
  ...parts
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
  acceptEmptyJson(adapter.getInstance());
  observeRequests(adapter.getInstance(), { logRequests });
  adapter.getInstance().addHook('preClose', afterReading);
  const module = GatewayModule.register(parts);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
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
  silentConnections.set(app, new SilentConnections(app.getHttpServer()));
  return app;
}

/** Begins to take requests; answers the address. Not by Nest, which would log a port in use before we can say it. */
export async function listen(
  app: NestFastifyApplication,
  address: { host: string; port: number },
): Promise<string> {
  await app.init();
  return app.getHttpAdapter().getInstance().listen(address);
}

/**
 * Takes no more connections, lets the requests in flight finish, and closes. Those that still come on the connections
 * that are there are answered, and told that theirs is the last one; then connections are ended as they fall idle.
 */
export async function closeGateway(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const closeIdle = server.closeIdleConnections.bind(server);
  // Node and Fastify call it as soon as the server closes, and cut off whoever is just being heard.
  server.closeIdleConnections = () => undefined;
  const beganMs = performance.now();
  const sweep = (): void => {
    const closingMs = performance.now() - beganMs;
    if (closingMs >= lingerMs) closeIdle();
    if (closingMs >= silentLingerMs) silentConnections.get(app)?.end();
  };
  const sweeping = setInterval(() => void afterReading().then(sweep), idleSweepMs);
  try {
    await app.close();
  } finally {
    clearInterval(sweeping);
  }
}

/**
 * Resolves when what has arrived so far has been read, connections included. What a slow process has not read yet looks
 * as if nobody had sent it, and would be cut off.
 */
async function afterReading(): Promise<void> {
  // The first may still be of the turn that is reading; before the second all is read once more.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}
