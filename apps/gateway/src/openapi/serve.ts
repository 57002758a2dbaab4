import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { buildDocuments, type Surface } from './documents.js';

/** Serves `/api/openapi.json`, `/api/openapi/<surface>.json` and a browsable `/api/docs`. */
export function serveDocuments(app: NestFastifyApplication, surfaces: readonly Surface[]): void {
  const documents = buildDocuments(app, surfaces);
  SwaggerModule.setup('api/docs', app, documents.union, {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'Hawser API',
  });
  const server = app.getHttpAdapter().getInstance();
  for (const { name, document } of documents.surfaces) {
    server.get(`/api/openapi/${name}.json`, (_, reply) => reply.send(document));
  }
}
