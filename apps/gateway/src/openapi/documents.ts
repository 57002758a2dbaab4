import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { statusOf } from '../problems/problem.js';
import { problemResponse } from './problem-document.js';

/** A group of routes with a document of its own. */
export interface Surface {
  name: string;
  title: string;
  module: Type;
}

export interface Documents {
  surfaces: { name: string; document: OpenAPIObject }[];
  union: OpenAPIObject;
}

function build(app: INestApplication, title: string, modules: Type[]): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle(title)
    .setDescription('Which tools an AI agent may use, and with which credentials.')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'hws_live_…, hws_test_…, or a JWT of the OIDC issuer',
    })
    .build();
  return withRefusedTypes(SwaggerModule.createDocument(app, config, { include: modules }));
}

/** Wherever there is a body, one of another type is refused; before any route runs, so that no contract says it. */
function withRefusedTypes(document: OpenAPIObject): OpenAPIObject {
  const operations = Object.values(document.paths).flatMap((path) => [path.post, path.put, path.patch]);
  for (const operation of operations) {
    if (operation?.requestBody === undefined) continue;
    const response = problemResponse(['unsupported_media_type']);
    operation.responses[statusOf.unsupported_media_type] = response;
  }
  return document;
}

/** One document a surface, and all of them in one. */
export function buildDocuments(app: INestApplication, surfaces: readonly Surface[]): Documents {
  return {
    surfaces: surfaces.map(({ name, title, module }) => ({ name, document: build(app, title, [module]) })),
    union: build(
      app,
      'Hawser',
      surfaces.map(({ module }) => module),
    ),
  };
}
