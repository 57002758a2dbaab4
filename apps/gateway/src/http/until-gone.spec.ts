import { BusClient } from '@hawser/messaging';
import { jest } from '@jest/globals';
import { table } from '../testing/permission-table.js';
import { testGateway, token, type TestGateway } from '../testing/test-gateway.js';

describe('work that takes long', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.app.close());

  const lines = table.filter(({ calls }) => calls?.cancellable);
  it.each(lines)('ends when the client leaves: $route', async ({ route: [method, url], calls, body }) => {
    const call = jest.spyOn(gateway.app.get(BusClient), 'call');
    const headers = { authorization: `Bearer ${token}` };
    await gateway.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
    const untilGone = expect.objectContaining({ signal: expect.any(AbortSignal) as AbortSignal });
    expect(call).toHaveBeenLastCalledWith(calls, expect.anything(), untilGone);
    call.mockRestore();
  });
});
