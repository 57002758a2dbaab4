import { testGateway, type TestGateway } from '../testing/test-gateway.js';

interface Operation {
  description?: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { description: string }>;
  security?: object[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { required?: string[]; properties: Record<string, object> }> };
}

const server = '/api/v1/crews/{crewId}/integrations/{integrationId}';

describe('the API document', () => {
  let gateway: TestGateway;
  let document: Document;
  beforeAll(async () => {
    gateway = await testGateway();
    document = (await gateway.app.inject('/api/openapi.json')).json();
  });
  afterAll(() => gateway.app.close());

  it('says of a refresh of tools that they are sent, or asked for and may then fail upstream', () => {
    const operation = document.paths[`${server}/tools/refresh`]?.post;
    expect(operation?.description).toMatch(/`tools`.*`\?probe=true`/);
    expect(operation?.parameters.map(({ name, required }) => [name, required])).toContainEqual([
      'probe',
      false,
    ]);
    expect(operation?.requestBody).toEqual({
      required: false,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/RefreshToolsBody' } } },
    });
    expect(document.components.schemas.RefreshToolsBody).toMatchObject({
      properties: { tools: { type: 'array', items: { $ref: '#/components/schemas/SeenTool' } } },
    });
    expect(document.components.schemas.RefreshToolsBody?.required).toBeUndefined();
    expect(operation?.responses['502']?.description).toBe('upstream_failed');
  });

  it('says of the test of a server that it needs no body, and of discovery that it does', () => {
    expect(document.paths[`${server}/test`]?.post?.requestBody?.required).toBe(false);
    expect(document.paths['/api/v1/oauth/discover']?.post?.requestBody?.required).toBe(true);
  });

  it('says which requests an Idempotency-Key protects', () => {
    const takesKey = (path: string, method: string): boolean =>
      document.paths[path]?.[method]?.parameters.some(({ name }) => name === 'Idempotency-Key') === true;
    for (const path of ['/api/v1/credentials', '/api/v1/integrations', '/api/v1/oauth/initiate'])
      expect([path, takesKey(path, 'post')]).toEqual([path, true]);
    expect(takesKey('/api/v1/credentials', 'get')).toBe(false);
    expect(takesKey('/api/v1/oauth/exchange', 'post')).toBe(false);
  });

  it('says of credentials what is told while the vault is away, and of others that a service is', () => {
    const codesOf = (path: string): string | undefined =>
      document.paths[path]?.get?.responses['503']?.description;
    // The service that says who is calling may be away there, too.
    expect(codesOf('/api/v1/credentials')).toBe('service_unavailable, secret_encryption_unavailable');
    expect(codesOf('/api/v1/crews')).toBe('service_unavailable');
    expect(document.paths['/api/v1/credentials/{credentialId}']?.delete?.responses['409']?.description).toBe(
      'credential_in_use',
    );
  });

  it('says that a body of another type is refused, wherever there is a body', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const withBody = operations.filter(({ requestBody }) => requestBody !== undefined);
    expect(withBody.length).toBeGreaterThan(20);
    for (const { responses } of withBody)
      expect(responses['415']).toEqual({
        description: 'unsupported_media_type',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDocument' } } },
      });
    expect(operations.filter(({ responses }) => '415' in responses)).toEqual(withBody);
  });

  it('says that resolved answers servers, or an explanation', () => {
    const operation = document.paths['/api/v1/agents/{agentId}/integrations/resolved']?.get;
    expect(operation?.responses['200']).toEqual({
      description: 'done',
      content: {
        'application/json': {
          schema: {
            oneOf: [
              { type: 'array', items: { $ref: '#/components/schemas/ResolvedServer' } },
              {
                description: 'with explain=true',
                allOf: [{ $ref: '#/components/schemas/Explanation' }],
              },
            ],
          },
        },
      },
    });
  });

  it.each(['CreateAgentBinding', 'PatchAgentBinding'])('says which names of headers a %s takes', (name) => {
    const { pattern } = document.components.schemas[name]?.properties.cred_header as { pattern: string };
    const takes = (header: string): boolean => new RegExp(pattern).test(header);
    expect(['X-My-Key', 'authorization', 'Host-Name', ''].filter((header) => !takes(header))).toEqual([]);
    expect(['Host', 'HOST', 'Content-Length', 'a b'].filter(takes)).toEqual([]);
  });

  it('asks for no token where anybody may come', () => {
    const open = ['/api/v1/oauth/callback', '/api/v1/oauth/client-metadata.json'];
    const isOpen = (operation: Operation): boolean => operation.security === undefined;
    const paths = Object.entries(document.paths)
      .filter(([, methods]) => Object.values(methods).some(isOpen))
      .map(([path]) => path);
    expect(paths.sort()).toEqual(open);
    const { responses, parameters } = document.paths[open[0] as string]?.get as Operation;
    expect(Object.keys(responses)).toEqual(['200', '302', '400', '500', '502', '503', '504']);
    expect(parameters.map(({ name, in: place }) => [name, place])).toEqual(
      ['state', 'code', 'iss', 'error', 'error_description'].map((name) => [name, 'query']),
    );
  });

  it('is there for each surface, and the union has them all', async () => {
    const names = ['tiers', 'credentials', 'oauth', 'directory'];
    const documents = await Promise.all(
      names.map(async (name) => (await gateway.app.inject(`/api/openapi/${name}.json`)).json<Document>()),
    );
    const paths = documents.map((surface) => Object.keys(surface.paths));
    expect(paths.flat().sort()).toEqual(Object.keys(document.paths).sort());
    expect(paths[1]).toEqual([
      '/api/v1/credentials',
      '/api/v1/credentials/rotate-keys',
      '/api/v1/credentials/{credentialId}',
    ]);
  });

  it('says which codes each status has, but not what is told to callers who have left', () => {
    const discovery = document.paths['/api/v1/oauth/discover']?.post;
    expect(discovery?.responses['404']?.description).toBe('not_found, oauth_not_found');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter((operation) => '499' in operation.responses)).toEqual([]);
  });
});
