import { publicUrl, testGateway, type TestGateway } from '../../testing/test-gateway.js';

const path = '/api/v1/oauth/client-metadata.json';

describe("the gateway's client metadata document", () => {
  let gateway: TestGateway | undefined;
  afterEach(() => gateway?.app.close());

  it('is named by its own address, and is for anybody', async () => {
    gateway = await testGateway();
    const answer = await gateway.app.inject(path);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    expect(answer.json()).toEqual({
      client_id: publicUrl + path,
      client_name: 'Hawser',
      client_uri: publicUrl,
      redirect_uris: [`${publicUrl}/api/v1/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
    expect(gateway.bus.asked).toEqual([]);
  });

  it('keeps the path below which the gateway is reached', async () => {
    gateway = await testGateway({ publicUrl: 'https://example.com/hawser/' });
    expect((await gateway.app.inject(path)).json()).toMatchObject({
      client_id: `https://example.com/hawser${path}`,
      redirect_uris: ['https://example.com/hawser/api/v1/oauth/callback'],
    });
  });

  it('is not there where the gateway is not reached over https', async () => {
    gateway = await testGateway({ publicUrl: 'http://127.0.0.1:8080' });
    const answer = await gateway.app.inject(path);
    expect(answer.json()).toMatchObject({
      status: 404,
      code: 'not_found',
      detail: expect.stringMatching(/http:\/\/127\.0\.0\.1:8080.*HAWSER_PUBLIC_URL/) as string,
    });
    expect(answer.headers).not.toHaveProperty('cache-control');
  });
});
