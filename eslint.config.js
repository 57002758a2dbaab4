import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What a project of a type may import; the scopes below narrow it further. */
const byType = [
  // An allow-list: what it does not name is refused, so the logic stays free of frameworks and I/O.
  {
    sourceTag: 'type:logic',
    onlyDependOnLibsWithTags: ['type:logic'],
    allowedExternalImports: ['fast-check'],
  },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:contract', 'type:test'] },
  {
    sourceTag: 'type:service',
    onlyDependOnLibsWithTags: ['type:logic', 'type:contract', 'type:platform', 'type:test'],
  },
  { sourceTag: 'type:program', onlyDependOnLibsWithTags: ['type:service', 'type:contract', 'type:platform'] },
  {
    sourceTag: 'type:test',
    onlyDependOnLibsWithTags: ['type:test', 'type:platform', 'type:contract', 'type:service'],
  },
];

/** A service knows itself and what is shared; only a program that runs them all knows more. */
const byScope = [
  { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
  ...['gateway', 'directory', 'bindings', 'probe', 'vault'].map((scope) => ({
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:shared'],
  })),
];

const fromConfiguration = 'Take it from the parsed configuration.';
const notInPrograms = [
  { name: '@hawser/testing', message: 'Only tests may import it.' },
  { name: 'node:process', importNames: ['env'], message: fromConfiguration },
];

const byEgress = 'What goes to an address that a user gave goes through libs/egress (docs/egress.md).';
/** What only listens, or only knows names and notations, goes nowhere. */
const nodeNetwork = {
  regex: '^(node:)?(http|https|http2|net|tls|dgram|dns)(/promises)?$',
  allowImportNames: ['STATUS_CODES', 'createServer', 'isIP'],
  allowTypeImports: true,
  message: byEgress,
};
const undici = { regex: '^undici(/|$)', allowTypeImports: true, message: byEgress };
const mcpTransports = {
  regex: '^@modelcontextprotocol/',
  importNamePattern: 'ClientTransport$',
  allowTypeImports: true,
  message: 'Only apps/probe/src/mcp may talk to MCP servers, with a fetch of libs/egress.',
};
const stdioTransport = {
  regex: '^@modelcontextprotocol/client/stdio$',
  message: 'Nothing that users name is started.',
};
const globalsOfTheNetwork = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

/** One rule has one setting a file, so whoever needs another one gives it whole. */
const imports = (...patterns) => ({
  'no-restricted-imports': ['error', { paths: notInPrograms, patterns }],
});

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', '.cache/', '.hawser/', '.hawser-distributed/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-empty-function': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: [...byType, ...byScope], allow: [] }],
      'no-console': 'error',
    },
  },
  {
    // What only tests may import must not reach a running program.
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/src/testing/**', 'libs/testing/**', 'apps/system-tests/**'],
    rules: imports(nodeNetwork, undici, mcpTransports),
  },
  {
    files: ['libs/cascade/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/src/testing/**'],
    rules: imports(
      { regex: '^node:', message: 'The cascade does no I/O.' },
      nodeNetwork,
      undici,
      mcpTransports,
    ),
  },
  {
    // The guard itself.
    files: ['libs/egress/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/src/testing/**'],
    rules: imports(mcpTransports),
  },
  {
    files: ['apps/probe/src/mcp/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: imports(nodeNetwork, undici, stdioTransport),
  },
  {
    // It measures a system on this machine, over connections of its own.
    files: ['apps/bench/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/src/testing/**'],
    rules: imports(),
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [
      '**/*.spec.ts',
      '**/src/testing/**',
      'libs/testing/**',
      'apps/system-tests/**',
      'apps/bench/**',
      // To the issuer that the operator configured, which may well be in a private network.
      'apps/gateway/src/access/oidc/fetch-json.ts',
      // To the processes that it started itself, on this machine.
      'apps/distributed/src/{running-process,demo-agent}.ts',
    ],
    // Otherwise `global` is no global object to ESLint.
    languageOptions: { globals: { global: 'readonly' } },
    rules: {
      'no-restricted-globals': [
        'error',
        {
          globals: globalsOfTheNetwork.map((name) => ({ name, message: byEgress })),
          checkGlobalObject: true,
          globalObjects: ['global'],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression[source.value=/^((node:)?(https?|http2|net|tls|dgram|dns)|undici)\\b/]',
          message: byEgress,
        },
      ],
    },
  },
  {
    // Configuration is read once, at start; see docs/architecture.md.
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: [
      '**/*.spec.ts',
      '**/src/testing/**',
      // What is run hands its environment to its configuration.
      'apps/*/src/{main,migrate,rotate-keys,stop}.ts',
      'libs/testing/**',
      'apps/system-tests/**',
      'apps/bench/**',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: fromConfiguration },
      ],
    },
  },
  {
    // Answers of the product are looked into as they come.
    files: ['**/*.spec.ts', 'apps/system-tests/**/*.ts'],
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['tools/**', 'jest.config.js', 'eslint.config.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    rules: { 'no-console': 'off', '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
);
