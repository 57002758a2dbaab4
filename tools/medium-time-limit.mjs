import { jest } from '@jest/globals';

// They make databases and wait for retries. Jest reads no time limit from a project's configuration.
const testTimeoutMs = 30_000;

jest.setTimeout(testTimeoutMs);
