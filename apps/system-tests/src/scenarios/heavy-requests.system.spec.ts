import { connect } from 'node:net';
import { Api } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem, type System } from '../harness/the-system.js';

/** Reading one of these bodies whole would take more than 3 s, and nothing else could be done meanwhile. */
const keptWaitingMs = 2_500;
/** A machine that is slow for a moment is not so each time; reading all of it would be. */
const triesAtMost = 3;

let system: System;
let tenant: Tenant;
beforeAll(async () => {
  system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});

/** The longest that anybody else waited for an answer while `work` went on. */
async function longestWaitDuring(work: Promise<unknown>): Promise<number> {
  const bystander = new Api(system.gateways, null);
  let running = true;
  let longestMs = 0;
  const finished = work.finally(() => (running = false));
  while (running) {
    const began = performance.now();
    await bystander.get('/healthz');
    longestMs = Math.max(longestMs, performance.now() - began);
  }
  await finished;
  return longestMs;
}

describe('a body of almost 1 MiB that holds very many values', () => {
  const unknownKeys = `{${Array.from({ length: 80_000 }, (_, index) => `"${index.toString(36)}":0`).join(',')}}`;

  it.each([
    ['unknown fields', '/api/v1/workspaces', unknownKeys],
    ['fields where a text belongs', '/api/v1/workspaces', `{"name":${unknownKeys}}`],
    [
      'words in a list',
      '/api/v1/tokens',
      `{"name":"x","kind":"service","role":"VIEWER","scopes":[${'"integrations:read",'.repeat(45_000)}"x"]}`,
    ],
  ])('is refused without keeping anybody else waiting: %s', async (_, path, body) => {
    const viewer = await tenant.as('VIEWER');
    const caller = path.includes('tokens') ? tenant.owner : viewer;
    let longestMs = Infinity;
    for (let tries = 0; tries < triesAtMost && longestMs >= keptWaitingMs; tries++) {
      const answers = Promise.all(Array.from({ length: 4 }, () => caller.send('POST', path, { body })));
      longestMs = await longestWaitDuring(answers);
      for (const { status, text } of await answers) {
        expect(status).toBe(400);
        expect(text.length).toBeLessThan(10_000);
      }
    }
    expect(longestMs).toBeLessThan(keptWaitingMs);
  });
});

describe('what is no HTTP request that can be read', () => {
  function send(bytes: string): Promise<string> {
    const { hostname, port } = new URL(system.gateways.next());
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
    });
  }

  it.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    [
      'two lengths of one body',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['headers of 20 KB', `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is answered with a problem, and the connection ends: %s', async (_, bytes, status) => {
    const answer = await send(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as object;
    expect(body).toMatchObject({
      status,
      code: 'malformed_message',
      request_id: expect.stringMatching(/^req_/),
    });
  });
});
