import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

/**
 * For `mcp.test` and no other name, from 2020 to 2120, signed by itself: an `Egress` trusts it that has `cert` as its `ca`.
 * Made once by OpenSSL (`openssl ca -selfsign`); the key is for tests and opens nothing.
 */
export const mcpTest = { cert: read('mcp-test.cert.pem'), key: read('mcp-test.key.pem') };
