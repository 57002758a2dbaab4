import { testGateway, type TestGateway } from '../testing/test-gateway.js';

interface Operation {
  description?: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { description: string }>;
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

  it('says which codes each status has, but not what is told to callers who have left', () => {
    const discovery = document.paths['/api/v1/oauth/discover']?.post;
    expect(discovery?.responses['404']?.description).toBe('not_found, oauth_not_found');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter((operation) => '499' in operation.responses)).toEqual([]);
  });
});
