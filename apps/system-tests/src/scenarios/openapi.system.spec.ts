import { Api, type Json } from '../harness/api.js';
import { publicRoutes } from '../harness/routes.js';
import { theSystem } from '../harness/the-system.js';

let nobody: Api;
beforeAll(async () => {
  const system = await theSystem();
  nobody = new Api(system.gateways, null);
}, 60_000);

interface Operation {
  summary?: string;
  operationId?: string;
  security?: object[];
  parameters?: { name: string; in: string; schema?: object }[];
  requestBody?: { content: Record<string, { schema?: object }> };
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, object> }>; securitySchemes: object };
}

const read = async (path: string): Promise<Document> => (await nobody.get(path)).body as Document;
const operationsOf = ({ paths }: Document): [string, Operation][] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );

function refsOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref as string] : [];
  return [...own, ...Object.values(value as object).flatMap((item) => refsOf(item))];
}

function resolve(document: Json, ref: string): Json {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<Json>((at, step) => at?.[step], document);
}

type Place = [string, object];

/** OpenAPI 3.0.4, sections 4.8.17 and 4.8.24. */
const responseWords = new Set(['description', 'headers', 'content', 'links']);
const schemaWords = new Set(
  (
    '$ref title multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems ' +
    'minItems uniqueItems maxProperties minProperties required enum type allOf oneOf anyOf not items properties ' +
    'additionalProperties description format default nullable discriminator readOnly writeOnly xml externalDocs ' +
    'example deprecated'
  ).split(' '),
);

/** A schema and all within it. */
function schemasIn([place, schema]: Place): Place[] {
  const { properties = {}, items, additionalProperties, not, allOf, oneOf, anyOf } = schema as Json;
  const within = [items, additionalProperties, not, ...[allOf, oneOf, anyOf].flatMap((list) => list ?? [])];
  const named = [...Object.entries(properties as object), ...within.map((one) => ['…', one])] as Place[];
  return [
    [place, schema],
    ...named
      .filter(([, one]) => typeof one === 'object')
      .flatMap(([name, one]) => schemasIn([`${place}.${name}`, one])),
  ];
}

/** Every schema of a document, with where it is. */
function schemasOf(document: Document): Place[] {
  const used = operationsOf(document).flatMap(([line, { parameters = [], requestBody, responses }]) => {
    const contents = [requestBody, ...Object.values(responses)].flatMap((one) =>
      Object.values(one?.content ?? {}),
    );
    return [...parameters, ...contents].map(({ schema }): Place => [line, schema ?? {}]);
  });
  return [...Object.entries(document.components.schemas), ...used].flatMap(schemasIn);
}

const wordsBesides = (known: ReadonlySet<string>, places: Place[]): string[] =>
  places.flatMap(([place, object]) =>
    Object.keys(object)
      .filter((word) => !known.has(word))
      .map((word) => `${place}: ${word}`),
  );

/** Something a reader can tell the kind of value by. */
const hasType = (schema: object): boolean =>
  ['type', '$ref', 'oneOf', 'allOf', 'anyOf'].some((word) => word in schema);

const isPublic = (line: string): boolean =>
  publicRoutes.some((route) => route.toLowerCase() === line.toLowerCase());

describe.each([
  { path: '/api/openapi.json', leastOperations: 40 },
  { path: '/api/openapi/tiers.json', leastOperations: 15 },
  { path: '/api/openapi/oauth.json', leastOperations: 1 },
  { path: '/api/openapi/credentials.json', leastOperations: 6 },
  { path: '/api/openapi/directory.json', leastOperations: 20 },
])('$path', ({ path, leastOperations }) => {
  let document: Document;
  beforeAll(async () => {
    document = await read(path);
  });

  it('is an OpenAPI 3 document of some operations, for anyone to read', async () => {
    const { status, headers } = await nobody.get(path);
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/json\b/),
    ]);
    expect(document.openapi).toMatch(/^3\.[01]\.\d+$/);
    expect(document.info.title).toMatch(/Hawser/);
    expect(operationsOf(document).length).toBeGreaterThanOrEqual(leastOperations);
  });

  it('refers only to what it has', () => {
    const refs = [...new Set(refsOf(document))];
    expect(refs.length).toBeGreaterThanOrEqual(4);
    expect(refs.filter((ref) => resolve(document, ref) === undefined)).toEqual([]);
  });

  it('has only words of OpenAPI 3.0 in its answers and schemas', () => {
    const answers = operationsOf(document).flatMap(([line, { responses }]) =>
      Object.entries(responses).map(([status, response]): Place => [`${line} ${status}`, response]),
    );
    const schemas = schemasOf(document);
    expect(schemas.length).toBeGreaterThan(answers.length);
    expect([...wordsBesides(responseWords, answers), ...wordsBesides(schemaWords, schemas)]).toEqual([]);
  });

  it('gives every operation a summary, an id of its own and, unless it asks nobody, a bearer token', () => {
    const operations = operationsOf(document);
    for (const [line, { summary, security }] of operations) {
      const token = isPublic(line) ? undefined : [{ bearer: [] }];
      expect([line, summary, security]).toEqual([line, expect.stringMatching(/\w/), token]);
    }
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
    });
  });

  it('gives every operation a 2xx answer with a schema, and problem documents for the rest', () => {
    for (const [line, { responses }] of operationsOf(document)) {
      const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      expect([line, good.length]).toEqual([line, 1]);
      for (const [, { content }] of good) {
        const { schema = {} } = Object.values(content ?? {})[0] ?? {};
        expect([line, hasType(schema)]).toEqual([line, true]);
      }
      // The callback answers people, with pages.
      if (isPublic(line)) continue;
      for (const [status, { content }] of Object.entries(responses).filter(([code]) => /^[45]/.test(code))) {
        expect([line, status, Object.keys(content ?? {})]).toEqual([
          line,
          status,
          ['application/problem+json'],
        ]);
      }
      expect([line, Object.keys(responses)]).toEqual([line, expect.arrayContaining(['401'])]);
    }
  });

  it('describes every parameter in a path, and every body', () => {
    for (const [line, { parameters = [], requestBody, responses }] of operationsOf(document)) {
      const named = [...line.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect([line, described.sort()]).toEqual([line, named.sort()]);
      for (const { name, schema } of parameters)
        expect([line, name, hasType(schema ?? {})]).toEqual([line, name, true]);
      const sends = /^(post|patch|put) /.test(line);
      expect([line, requestBody !== undefined]).toEqual([line, sends]);
      if (sends) expect(hasType(requestBody?.content['application/json']?.schema ?? {})).toBe(true);
      expect(Object.keys(responses).length).toBeGreaterThan(1);
    }
  });

  it('gives every property of every schema a type', () => {
    const untyped = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, schema]) => !hasType(schema))
        .map(([property]) => `${name}.${property}`),
    );
    expect(untyped).toEqual([]);
    expect(Object.keys(document.components.schemas).length).toBeGreaterThanOrEqual(4);
  });
});

it('the union has what the surfaces have, and nothing else', async () => {
  const linesOf = async (end: string): Promise<string[]> =>
    operationsOf(await read(`/api/openapi${end}`)).map(([line]) => line);
  const surfaces = await Promise.all(
    ['/tiers.json', '/oauth.json', '/credentials.json', '/directory.json'].map(linesOf),
  );
  expect((await linesOf('.json')).sort()).toEqual(surfaces.flat().sort());
});

it('what may be sent fits in what is answered: a length is nowhere shorter', async () => {
  type Sized = Record<string, { maxLength?: number }>;
  const { schemas } = (await read('/api/openapi.json')).components;
  const propertiesOf = (name: string): Sized => schemas[name]?.properties ?? {};
  const pairs = [
    ['CreateWorkspaceServer', 'WorkspaceServer'],
    ['CreateCrewServer', 'CrewServer'],
    ['CreateAgentBinding', 'AgentBinding'],
    ['CreateCrew', 'Crew'],
    ['CreateAgent', 'Agent'],
  ] as const;
  const shorter = pairs.flatMap(([sent, answered]) =>
    Object.entries(propertiesOf(sent))
      .filter(
        ([name, { maxLength = 0 }]) => maxLength > (propertiesOf(answered)[name]?.maxLength ?? Infinity),
      )
      .map(([name]) => `${answered}.${name}`),
  );
  expect(shorter).toEqual([]);
});

describe('/api/docs', () => {
  it('is a page whose every file loads', async () => {
    const page = await nobody.get('/api/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/html\b/),
    ]);
    const files = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => file as string);
    expect(files.length).toBeGreaterThan(3);
    const origin = nobody.gateways.next();
    for (const file of files) {
      const url = new URL(file, `${origin}/api/docs`);
      expect(url.origin).toBe(origin);
      const { status, text } = await nobody.get(url.pathname);
      expect([file, status, text.length > 100]).toEqual([file, 200, true]);
    }
  });
});
