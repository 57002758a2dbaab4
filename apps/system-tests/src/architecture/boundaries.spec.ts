import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projects, workspaceRoot } from './services.js';

const boundary = '@nx/enforce-module-boundaries';
const restricted = 'no-restricted-imports';
const configuration = 'no-restricted-properties';
const globals = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';

const importing = (name: string): string => `import * as it from '${name}';\nexport const same = it;\n`;

const naming = (names: string, module: string): string =>
  `import { ${names} } from '${module}';\nexport { ${names} };\n`;

interface Snippet {
  what: string;
  path: string;
  text: string;
}

/** What must not be written, and the rule that says so. */
const forbidden: (Snippet & { rule: string })[] = [
  ...[
    ['a service imports another', 'apps/bindings', '@hawser/directory'],
    ['a service imports another', 'apps/directory', '@hawser/bindings'],
    ['a service imports another by its path', 'apps/bindings', '../../directory/src/index.js'],
    ['a service imports the gateway', 'apps/directory', '@hawser/gateway'],
    ['the gateway imports a service', 'apps/gateway', '@hawser/bindings'],
    ['a service imports the program that runs it', 'apps/bindings', '@hawser/standalone'],
    ['a service imports the system tests', 'apps/bindings', '@hawser/system-tests'],
    ['the cascade imports a framework', 'libs/cascade', '@nestjs/common'],
    ['the cascade imports a database', 'libs/cascade', 'typeorm'],
    ['the cascade imports the contracts', 'libs/cascade', '@hawser/contracts'],
    ['the contracts import the bus', 'libs/contracts', '@hawser/messaging'],
    ['the contracts import the cascade', 'libs/contracts', '@hawser/cascade'],
    ['the bus imports the database', 'libs/messaging', '@hawser/persistence'],
    ['a library imports a service', 'libs/persistence', '@hawser/bindings'],
    ['a library imports the cascade', 'libs/messaging', '@hawser/cascade'],
  ].map(([what = '', folder = '', name = '']) => ({
    what: `${what}: ${name} from ${folder}`,
    path: `${folder}/src/snippet.ts`,
    text: importing(name),
    rule: boundary,
  })),
  ...['apps/bindings', 'apps/gateway', 'apps/standalone', 'libs/messaging', 'libs/persistence'].map(
    (folder) => ({
      what: `running code imports what only tests may: ${folder}`,
      path: `${folder}/src/snippet.ts`,
      text: importing('@hawser/testing'),
      rule: restricted,
    }),
  ),
  {
    what: 'the cascade reads files',
    path: 'libs/cascade/src/snippet.ts',
    text: importing('node:fs'),
    rule: restricted,
  },
  {
    what: 'the environment is imported',
    path: 'apps/bindings/src/snippet.ts',
    text: "import { env } from 'node:process';\nexport const it = env.HOME;\n",
    rule: restricted,
  },
  ...['apps/bindings/src/snippet.ts', 'apps/standalone/src/config.ts', 'libs/egress/src/policy.ts'].flatMap(
    (path) => [
      {
        what: `the environment is read in ${path}`,
        path,
        text: 'export const it = process.env.HOME;\n',
        rule: configuration,
      },
      {
        what: `the environment is taken in ${path}`,
        path,
        text: 'export const { env } = process;\n',
        rule: configuration,
      },
    ],
  ),
  ...[
    ['apps/probe', 'undici'],
    ['apps/gateway', 'node:http'],
    ['apps/bindings', 'https'],
    ['apps/probe', 'node:http2'],
    ['apps/standalone', 'node:net'],
    ['apps/distributed', 'node:tls'],
    ['libs/runtime', 'node:dgram'],
    ['libs/messaging', 'node:dns/promises'],
    ['libs/cascade', 'undici'],
    ['libs/cascade', 'dns'],
    ['apps/probe', '@modelcontextprotocol/client'],
    ['libs/egress', '@modelcontextprotocol/client'],
  ].map(([folder = '', name = '']) => ({
    what: `a way out is taken that is not guarded: ${name} from ${folder}`,
    path: `${folder}/src/snippet.ts`,
    text: importing(name),
    rule: restricted,
  })),
  ...[
    ['apps/gateway/src/snippet.ts', 'request', 'node:http'],
    ['apps/probe/src/mcp/snippet.ts', 'connect', 'node:net'],
    ['apps/probe/src/mcp/snippet.ts', 'fetch', 'undici'],
    ['apps/bindings/src/snippet.ts', 'resolve4', 'node:dns/promises'],
    ['apps/probe/src/oauth/snippet.ts', 'StreamableHTTPClientTransport', '@modelcontextprotocol/client'],
    ['apps/bindings/src/snippet.ts', 'SSEClientTransport', '@modelcontextprotocol/client'],
    ['apps/probe/src/snippet.ts', 'StdioClientTransport', '@modelcontextprotocol/client/stdio'],
    ['apps/probe/src/mcp/snippet.ts', 'StdioClientTransport', '@modelcontextprotocol/client/stdio'],
    ['libs/egress/src/snippet.ts', 'SSEClientTransport', '@modelcontextprotocol/client'],
  ].map(([path = '', names = '', module = '']) => ({
    what: `a way out is taken that is not guarded: ${names} of ${module} in ${path}`,
    path,
    text: naming(names, module),
    rule: restricted,
  })),
  ...[
    ['apps/probe/src/mcp/snippet.ts', "fetch('http://example.com')"],
    ['apps/gateway/src/snippet.ts', "globalThis.fetch('http://example.com')"],
    ['apps/bindings/src/snippet.ts', "new WebSocket('ws://example.com')"],
    ['apps/standalone/src/main.ts', "new EventSource('http://example.com')"],
    ['apps/bindings/src/snippet.ts', "global.fetch('http://example.com')"],
    ['libs/egress/src/snippet.ts', "fetch('http://example.com')"],
    ['libs/runtime/src/snippet.ts', 'new XMLHttpRequest()'],
  ].map(([path = '', expression = '']) => ({
    what: `a way out is taken that is not guarded: ${expression} in ${path}`,
    path,
    text: `export const it = ${expression};\n`,
    rule: globals,
  })),
  ...['node:http', 'dns/promises', 'undici'].map((name) => ({
    what: `a way out is taken that is not guarded: ${name}, imported on the way`,
    path: 'apps/probe/src/mcp/snippet.ts',
    text: `export const it = await import('${name}');\n`,
    rule: syntax,
  })),
];

/** What must stay possible, so that the rules are no stricter than meant. */
const allowed: Snippet[] = [
  ...[
    ['apps/bindings/src/snippet.ts', '@hawser/cascade'],
    ['apps/bindings/src/snippet.ts', '@hawser/persistence'],
    ['apps/gateway/src/snippet.ts', '@hawser/contracts/bindings'],
    ['apps/standalone/src/snippet.ts', '@hawser/bindings'],
    ['libs/persistence/src/snippet.ts', '@hawser/messaging'],
    ['libs/cascade/src/snippet.spec.ts', 'fast-check'],
    ['apps/bindings/src/snippet.medium.spec.ts', '@hawser/testing'],
    ['apps/bindings/src/testing/snippet.ts', '@hawser/testing'],
    ['apps/system-tests/src/snippet.ts', '@hawser/bindings'],
    ['apps/probe/src/snippet.ts', '@hawser/egress'],
    ['libs/egress/src/snippet.ts', 'undici'],
    ['libs/egress/src/snippet.ts', 'node:dns/promises'],
    ['apps/probe/src/mcp/snippet.ts', '@modelcontextprotocol/client'],
    ['apps/gateway/src/snippet.medium.spec.ts', 'node:http'],
    ['apps/distributed/src/testing/snippet.ts', 'node:http'],
    ['apps/bench/src/snippet.ts', 'node:http'],
    ['libs/testing/src/snippet.ts', '@modelcontextprotocol/client'],
  ].map(([path = '', name = '']) => ({ what: `${name} from ${path}`, path, text: importing(name) })),
  {
    what: 'the environment in main.ts',
    path: 'apps/standalone/src/main.ts',
    text: 'export const it = process.env.HOME;\n',
  },
  {
    what: 'listening, and names and types of the network',
    path: 'apps/gateway/src/snippet.ts',
    text:
      "import { createServer, STATUS_CODES, type IncomingMessage } from 'node:http';\n" +
      "import type { Socket } from 'node:net';\n" +
      'export { createServer, STATUS_CODES };\nexport type Both = [IncomingMessage, Socket];\n',
  },
  {
    what: 'a fetch that was handed in',
    path: 'apps/probe/src/oauth/snippet.ts',
    text: "export const it = (fetch: (url: string) => unknown): unknown => fetch('http://example.com');\n",
  },
  ...[
    'apps/gateway/src/access/oidc/fetch-json.ts',
    'apps/distributed/src/running-process.ts',
    'apps/bench/src/snippet.ts',
    'apps/probe/src/snippet.spec.ts',
  ].map((path) => ({
    what: `the global fetch in ${path}`,
    path,
    text: "export const it = fetch('http://example.com');\n",
  })),
];

function run(script: string, parameters: string[], input = ''): string {
  return execFileSync(process.execPath, [script, ...parameters], {
    cwd: workspaceRoot,
    encoding: 'utf8',
    input,
    // Jest's own options are not for other programs.
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The rule on imports knows which file belongs to which project by Nx's graph, which this brings up to date. */
function projectGraph(): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-graph-'));
  const file = join(folder, 'graph.json');
  try {
    const nx = JSON.parse(readFileSync(join(workspaceRoot, 'node_modules/nx/package.json'), 'utf8')) as {
      bin: { nx: string };
    };
    run(join(workspaceRoot, 'node_modules/nx', nx.bin.nx), ['graph', `--file=${file}`]);
    const { graph } = JSON.parse(readFileSync(file, 'utf8')) as { graph: { nodes: Record<string, unknown> } };
    return graph.nodes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('boundaries between modules', () => {
  let graph: Record<string, unknown>;
  const found = new Map<Snippet, string[]>();

  beforeAll(() => {
    graph = projectGraph();
    const snippets = [...forbidden, ...allowed];
    const script = join(import.meta.dirname, 'lint-snippets.mjs');
    const input = JSON.stringify(
      snippets.map(({ path, text }) => ({ path: join(workspaceRoot, path), text })),
    );
    const results = JSON.parse(run(script, [], input)) as string[][];
    snippets.forEach((snippet, index) => found.set(snippet, results[index] ?? []));
  }, 120_000);

  it('are drawn between all projects, each with a type and a scope that the rules know', () => {
    const all = projects();
    expect(Object.keys(graph)).toEqual(expect.arrayContaining(all.map(({ manifest }) => manifest.name)));
    const rules = readFileSync(join(workspaceRoot, 'eslint.config.js'), 'utf8');
    for (const { type, scope } of all) {
      expect(rules).toContain(`sourceTag: 'type:${type}'`);
      if (type === 'service')
        expect(rules).toMatch(new RegExp(`\\[('\\w+', )*'${scope}'(, '\\w+')*\\]\\.map`));
    }
  });

  it.each(forbidden)('are crossed, and lint refuses it, where $what', (snippet) => {
    expect(found.get(snippet)).toContain(snippet.rule);
  });

  it.each(allowed)('are not crossed by $what', (snippet) => {
    expect(found.get(snippet)).toEqual([]);
  });
});
