import { initiateOAuth } from '@hawser/contracts/vault';
import { listen } from '../gateway.js';
import { testGateway, token, type TestGateway } from '../testing/test-gateway.js';
import { PublicUrl } from './public-url.js';

describe('where callers reach the gateway', () => {
  let gateway: TestGateway | undefined;
  afterEach(() => gateway?.app.close());

  async function publicUrlOf(
    configured: string | undefined,
    host?: string,
  ): Promise<{ found: string; port: string }> {
    gateway = await testGateway({ publicUrl: configured });
    const port = host === undefined ? '' : new URL(await listen(gateway.app, { host, port: 0 })).port;
    return { found: gateway.app.get(PublicUrl).value, port };
  }

  it.each([
    ['https://hawser.example.com', 'https://hawser.example.com'],
    ['https://hawser.example.com/', 'https://hawser.example.com'],
    ['https://Example.com:443/hawser//', 'https://example.com/hawser'],
    ['http://127.0.0.1:9000/?x=1#y', 'http://127.0.0.1:9000'],
  ])('is what is configured: of %s %s', async (configured, value) => {
    expect((await publicUrlOf(configured)).found).toBe(value);
  });

  it('is what is configured, wherever it listens', async () => {
    expect((await publicUrlOf('https://hawser.example.com', '127.0.0.1')).found).toBe(
      'https://hawser.example.com',
    );
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
  ])('is else the address that it listens on: of %s %s with the port it got', async (host, reached) => {
    const { found, port } = await publicUrlOf(undefined, host);
    expect(found).toBe(`http://${reached}:${port}`);
    expect(Number(port)).toBeGreaterThan(0);
  });

  it('is told to the vault as it is once the gateway listens', async () => {
    const { port } = await publicUrlOf(undefined, '127.0.0.1');
    await gateway?.app.inject({
      method: 'POST',
      url: '/api/v1/oauth/initiate?workspace_id=ws_1',
      headers: { authorization: `Bearer ${token}` },
      payload: { provider: 'github' },
    });
    expect(gateway?.bus.asked.find(({ subject }) => subject === initiateOAuth.subject)?.request).toEqual({
      provider: 'github',
      public_url: `http://127.0.0.1:${port}`,
    });
  });

  it('is not guessed before', async () => {
    await expect(publicUrlOf(undefined)).rejects.toThrow('no address before it listens');
  });
});
