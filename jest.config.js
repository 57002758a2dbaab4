/** Three kinds of tests, told apart by file name; see CONTRIBUTING.md. */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@hawser/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
            verbatimModuleSyntax: true,
          },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.cache/'],
  modulePathIgnorePatterns: ['/dist/', '/.cache/', '/.nx/'],
};

export default {
  reporters: ['default', '<rootDir>/tools/closing-line-reporter.mjs'],
  projects: [
    { ...shared, displayName: 'unit', testRegex: '(?<!\\.medium|\\.system)\\.spec\\.ts$' },
    {
      ...shared,
      displayName: 'medium',
      testRegex: '\\.medium\\.spec\\.ts$',
      globalSetup: '<rootDir>/tools/start-test-servers.mjs',
      globalTeardown: '<rootDir>/tools/stop-test-servers.mjs',
      setupFilesAfterEnv: ['<rootDir>/tools/medium-time-limit.mjs'],
    },
    {
      ...shared,
      displayName: 'system',
      testRegex: '\\.system\\.spec\\.ts$',
      setupFilesAfterEnv: ['<rootDir>/apps/system-tests/src/harness/setup.ts'],
    },
  ],
};
