import { OperationsServer } from './operations-server.js';
import { startMetrics } from './metrics.js';

let server: OperationsServer;
let database: () => Promise<unknown>;

beforeAll(async () => {
  startMetrics('bindings');
  const checks = { database: () => database() };
  server = await OperationsServer.start({ host: '127.0.0.1', port: 0, checks });
});
afterAll(() => server.close());

async function ask(path: string, method = 'GET'): Promise<{ status: number; type: string; text: string }> {
  const answer = await fetch(new URL(path, server.url), { method });
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    text: await answer.text(),
  };
}

it('says that the process is alive, whatever else is not', async () => {
  database = () => Promise.reject(new Error('away'));
  expect(await ask('/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
});

it('says whether the service is of use, and if not, why', async () => {
  database = () => Promise.resolve();
  expect(await ask('/readyz?verbose')).toMatchObject({ status: 200 });
  database = () => Promise.reject(new Error('connection refused'));
  const { status, text } = await ask('/readyz');
  expect({ status, body: JSON.parse(text) as unknown }).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { database: 'connection refused' } },
  });
});

it('gives its metrics to Prometheus, marked with its name', async () => {
  const { status, type, text } = await ask('/metrics');
  expect({ status, type }).toEqual({ status: 200, type: expect.stringMatching(/^text\/plain/) as string });
  expect(text).toMatch(/^process_cpu_seconds_total\{service="bindings"\} \d/m);
});

it('says of everything else that it is still to come, where it is', async () => {
  const address = { host: '127.0.0.1', port: 0 };
  const waiting = await OperationsServer.start({ ...address, checks: {}, elsewhere: 503 });
  expect((await fetch(`${waiting.url}/api/v1/me`)).status).toBe(503);
  await waiting.close();
});

it('has nothing else, and no body for HEAD', async () => {
  expect(await ask('/')).toMatchObject({ status: 404 });
  expect(await ask('/healthz', 'HEAD')).toMatchObject({ status: 200, text: '' });
});
