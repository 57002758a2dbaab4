import { jest } from '@jest/globals';
import { Standalone } from './standalone.js';

// They start programs, and a first start makes a database. Jest reads no time limit from a project's configuration.
const testTimeoutMs = 60_000;

jest.setTimeout(testTimeoutMs);
afterAll(() => Standalone.stopAll());
