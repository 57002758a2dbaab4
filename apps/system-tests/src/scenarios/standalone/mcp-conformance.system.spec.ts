import { Api } from '../../harness/api.js';
import { clientScenarios, runScenario } from '../../harness/conformance.js';
import { Standalone } from '../../harness/standalone.js';
import { newTenant, type Tenant } from '../../harness/tenant.js';

interface Scenario {
  name: string;
  /** Exactly these checks succeed. */
  passed: string[];
  /** Exactly these do not, and why a probe has no part in them. */
  notPassed: Record<string, string>;
  /** Of Hawser. */
  answer: object;
}

const callsNothing = 'a probe calls no tool and reads nothing but the list of tools';
const declaresNothing = 'a probe offers servers no capabilities';
const signsNobodyIn = 'discovery finds out where to sign in, and stops there';
const notOfThisRevision = 'the server speaks 2026-07-28, which has no such message';

const each = (names: string[], why: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, why]));

const tried: Scenario[] = [
  {
    name: 'initialize',
    passed: ['MCPClientInitialization'],
    notPassed: {},
    answer: { status: 'ok', protocol_version: '2025-11-25', tools_count: 0 },
  },
  {
    name: 'request-metadata',
    passed: [
      'ClientSendsVersionHeader',
      'ClientPopulatesMeta',
      'ClientSendsClientInfo',
      'ClientVersionHeaderMatchesMeta',
      'ClientRetrySupportedVersion',
    ],
    notPassed: each(
      [
        'ClientDeclaresRootsCapability',
        'ClientDeclaresSamplingCapability',
        'ClientDeclaresElicitationCapability',
      ],
      declaresNothing,
    ),
    answer: { status: 'ok', protocol_version: '2026-07-28', tools_count: 0 },
  },
  {
    name: 'tools_call',
    passed: ['WireSchemaValid'],
    notPassed: { ToolAddNumbers: callsNothing },
    answer: { status: 'ok', tools_count: 1, tools: [named('add_numbers')] },
  },
  {
    name: 'http-standard-headers',
    passed: ['ClientMcpMethodHeader_tools_list'],
    notPassed: {
      ...each(
        ['ClientMcpMethodHeader_initialize', 'ClientMcpMethodHeader_notifications_initialized'],
        notOfThisRevision,
      ),
      ...each(
        ['tools_call', 'resources_list', 'resources_read', 'prompts_list', 'prompts_get'].map(
          (method) => `ClientMcpMethodHeader_${method}`,
        ),
        callsNothing,
      ),
      ...each(
        ['tools_call', 'resources_read', 'prompts_get'].map((method) => `ClientMcpNameHeader_${method}`),
        callsNothing,
      ),
    },
    answer: { status: 'ok', protocol_version: '2026-07-28', tools_count: 2 },
  },
  {
    // The list is shown as the server has it, with the tools that a client must not call.
    name: 'http-invalid-tool-headers',
    passed: [
      'empty_header',
      'object_header',
      'array_header',
      'null_header',
      'number_header',
      'duplicate_same_case',
      'duplicate_diff_case',
      'space_in_name',
      'colon_in_name',
      'non_ascii_name',
      'control_char_name',
    ].map((what) => `ClientRejectsInvalidTool_invalid_${what}`),
    notPassed: { ClientKeepsValidTool: callsNothing },
    answer: { status: 'ok', tools_count: 12, tools: expect.arrayContaining([named('valid_tool')]) },
  },
  {
    name: 'json-schema-ref-no-deref',
    passed: ['NoNetworkRefDereference'],
    notPassed: {},
    answer: { status: 'ok', tools: [named('lookup_user')] },
  },
  {
    name: 'json-schema-2020-12-preservation',
    passed: ['JsonSchema2020_12ClientToolFound', 'WireSchemaValid'],
    notPassed: each(
      [
        'EchoCompleted',
        '$SchemaPreserved',
        '$DefsPreserved',
        'AdditionalPropertiesPreserved',
        'CompositionKeywordsPreserved',
        'ConditionalKeywordsPreserved',
        'AnchorKeywordPreserved',
      ].map((what) => `JsonSchema2020_12Client${what}`),
      callsNothing,
    ),
    answer: { status: 'ok', tools: [named('json_schema_2020_12_tool'), named('json_schema_echo')] },
  },
];

const found = ['PRMPathBasedRequested', 'AuthorizationServerMetadata'];
const flow = ['client-registration', 'authorization-request', 'token-request'].map(
  (step) => `Expected Check Missing: ${step}`,
);
const flowFor = [
  ...flow,
  'Resource parameter in authorization request',
  'Resource parameter in token request',
];
const at = (path: string): object => ({
  auth_url: expect.stringMatching(new RegExp(`^http://localhost:\\d+${path}/authorize$`)),
  token_url: expect.stringMatching(new RegExp(`^http://localhost:\\d+${path}/token$`)),
  issuer: expect.stringMatching(new RegExp(`^http://localhost:\\d+${path}$`)),
  source: 'protected-resource-metadata',
  supports_dcr: true,
  supports_pkce: true,
});

const discovered: Scenario[] = [
  ...[
    { name: 'auth/metadata-default', answer: at('') },
    { name: 'auth/metadata-var1', answer: at('') },
    { name: 'auth/metadata-var2', answer: at('/tenant1') },
    { name: 'auth/metadata-var3', answer: at('/tenant1') },
  ].map((scenario) => ({ ...scenario, passed: found, notPassed: each(flowFor, signsNobodyIn) })),
  {
    name: 'auth/scope-from-www-authenticate',
    passed: found,
    notPassed: { 'Client scope selection from WWW-Authenticate header': signsNobodyIn },
    answer: { scopes: ['mcp:basic'] },
  },
  {
    name: 'auth/scope-from-scopes-supported',
    passed: found,
    notPassed: { 'Client scope selection from scopes_supported': signsNobodyIn },
    answer: { scopes: ['mcp:basic', 'mcp:read', 'mcp:write'] },
  },
  {
    name: 'auth/scope-omitted-when-undefined',
    passed: found,
    notPassed: { 'Client scope omission when scopes_supported undefined': signsNobodyIn },
    answer: { scopes: [] },
  },
  {
    name: 'auth/basic-cimd',
    passed: found,
    notPassed: { 'Client ID Metadata Document Usage': signsNobodyIn },
    answer: { supports_cimd: true },
  },
  {
    name: 'auth/2025-03-26-oauth-metadata-backcompat',
    passed: ['AuthorizationServerMetadata'],
    notPassed: each(flow, signsNobodyIn),
    answer: {
      source: 'authorization-server-metadata',
      auth_url: expect.stringMatching(/\/oauth\/authorize$/),
    },
  },
  {
    // That revision guesses /authorize and /token. Nothing says that they do PKCE, without which nobody is sent there.
    name: 'auth/2025-03-26-oauth-endpoint-fallback',
    passed: [],
    notPassed: each(flow, signsNobodyIn),
    answer: { status: 404, code: 'oauth_not_found' },
  },
  {
    name: 'auth/resource-mismatch',
    passed: ['PRMPathBasedRequested', 'Client rejects mismatched resource'],
    notPassed: {},
    answer: refusedFor(/^resource is https:\/\/evil\.example\.com\/mcp, not .*: refused$/),
  },
  {
    name: 'auth/metadata-issuer-mismatch',
    passed: [...found, 'Client validates metadata issuer against well-known URL'],
    notPassed: {},
    answer: refusedFor(/^issuer is https:\/\/attacker\.example\.com, not .*: refused$/),
  },
];

/** Why the scenarios that are left are not for a probe. */
const notRun: [RegExp, string][] = [
  [/^(elicitation-|sep-2322-|http-custom-headers$|sse-retry$)/, callsNothing],
  [/^sep-2640-/, 'an extension for skills, which a probe does not ask for'],
  [/^auth\//, signsNobodyIn],
];

let tenant: Tenant;
beforeAll(async () => {
  // The suite's servers are on localhost, which the exception for its addresses opens.
  const env = { HAWSER_EGRESS_ALLOW: '127.0.0.1/32,::1/128' };
  const system = await Standalone.start({ env });
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});

describe('as a client of MCP, the test of a server', () => {
  it.each(tried)('does what it has to in the scenario $name', (scenario) => expectRun(scenario, 'test'));
});

describe('as a client of MCP, finding out where to sign in', () => {
  it.each(discovered)('does what it has to in the scenario $name', (scenario) =>
    expectRun(scenario, 'discover'),
  );
});

it('leaves out no scenario of the suite without a reason', async () => {
  const run = [...tried, ...discovered].map(({ name }) => name);
  const all = await clientScenarios();
  expect(all).toEqual(expect.arrayContaining(run));
  const left = all.filter((name) => !run.includes(name));
  expect(left.filter((name) => !notRun.some(([names]) => names.test(name)))).toEqual([]);
  for (const [names] of notRun) expect(left).toContainEqual(expect.stringMatching(names));
});

async function expectRun(scenario: Scenario, task: 'test' | 'discover'): Promise<void> {
  const { passed, notPassed, answer } = await runScenario(scenario.name, task, tenant);
  expect(answer).toMatchObject(scenario.answer);
  expect({ passed, notPassed: notPassed.sort() }).toEqual({
    passed: scenario.passed,
    notPassed: Object.keys(scenario.notPassed).sort(),
  });
}

function named(name: string): unknown {
  return expect.objectContaining({ name });
}

function refusedFor(outcome: RegExp): object {
  const step = expect.objectContaining({ outcome: expect.stringMatching(outcome) });
  return { status: 404, code: 'oauth_not_found', steps: expect.arrayContaining([step]) };
}
