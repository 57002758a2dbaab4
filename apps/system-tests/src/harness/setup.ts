import { jest } from '@jest/globals';
import { Load } from './load.js';
import { ProgramRun } from './program-run.js';

// They start programs, and a first start makes a database. Jest reads no time limit from a project's configuration.
const testTimeoutMs = 60_000;

jest.setTimeout(testTimeoutMs);
afterAll(async () => {
  await Load.stopAll();
  await ProgramRun.stopAll();
});
