import { connect, type AddressInfo } from 'node:net';
import { currentCall } from '@hawser/messaging';
import { Logger } from '@nestjs/common';
import Fastify, { type FastifyInstance } from 'fastify';
import { observeRequests } from './observe-requests.js';

describe('what is noted of a request', () => {
  const lines: string[] = [];
  let noted: Promise<void>;
  let hasNoted: () => void;
  beforeAll(() => {
    const note = (line: string): void => {
      lines.push(`${line} (${currentCall()?.requestId})`);
      hasNoted();
    };
    Logger.overrideLogger({ log: note, warn: note, error: note, debug: note });
  });
  afterAll(() => Logger.overrideLogger(false));
  beforeEach(() => {
    lines.splice(0);
    noted = new Promise((resolve) => (hasNoted = resolve));
  });

  function server(logRequests: boolean): FastifyInstance {
    const fastify = Fastify({ genReqId: () => 'req_1' });
    observeRequests(fastify, { logRequests });
    fastify.get('/things/:id', () => currentCall()?.requestId);
    return fastify;
  }

  it('is a line with its id and without its query, if asked for', async () => {
    await server(true).inject('/things/7?secret=x');
    expect(lines).toEqual([expect.stringMatching(/^GET \/things\/7 200 \d+\.\d ms \(req_1\)$/)]);
  });

  it('is no line otherwise', async () => {
    await server(false).inject('/things/7');
    expect(lines).toEqual([]);
  });

  it('says that the client left, where it did not wait for its answer', async () => {
    const fastify = server(true);
    const arrived = new Promise<void>((resolve) => {
      fastify.get('/slow', () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const client = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET /slow HTTP/1.1\r\nhost: gateway\r\n\r\n');
    await arrived;
    client.destroy();
    await noted;
    await fastify.close();
    expect(lines).toEqual([expect.stringMatching(/^GET \/slow 499 \d+\.\d ms \(req_1\)$/)]);
  });

  it('is its id, for whoever works on it and for its caller', async () => {
    const { body, headers } = await server(false).inject('/things/7');
    expect([body, headers['x-request-id']]).toEqual(['req_1', 'req_1']);
  });
});
