import { availableParallelism } from 'node:os';

/** Three kinds of tests, told apart by file name, the system tests run both ways; see CONTRIBUTING.md. */
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

/** The scenarios that hold whichever way the system runs, and the files of `folders` below src. */
function systemTests(way, folders) {
  return {
    ...shared,
    displayName: way,
    testRegex: `/src/(scenarios|${folders.join('|')})/[^/]+\\.system\\.spec\\.ts$`,
    globals: { hawserWay: way },
    setupFilesAfterEnv: ['<rootDir>/apps/system-tests/src/harness/setup.ts'],
  };
}

export default {
  // More than there are processors: the system tests wait most of the time.
  maxWorkers: availableParallelism() + 1,
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
      ...systemTests('standalone', ['scenarios/standalone']),
      globalSetup: '<rootDir>/tools/start-standalone-system.mjs',
      globalTeardown: '<rootDir>/tools/stop-standalone-system.mjs',
    },
    {
      ...systemTests('distributed', ['scenarios/distributed', 'deploy']),
      globalSetup: '<rootDir>/tools/start-distributed-system.mjs',
      globalTeardown: '<rootDir>/tools/stop-distributed-system.mjs',
    },
  ],
};
