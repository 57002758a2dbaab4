import type { ServiceError } from '@hawser/contracts';
import { Egress, EgressPolicy, type EgressOptions } from '@hawser/egress';
import { ProbeSlots } from '../mcp/slots.js';
import { Site } from '../testing/site.js';
import { OAuthDiscoveryService } from './oauth-discovery.service.js';

let site: Site;
beforeEach(async () => {
  site = await Site.start();
});

/** Code and message of a discovery that finds nothing. */
async function failure(url: string, options: Partial<EgressOptions> = {}): Promise<[string, string]> {
  const egress = new Egress({ policy: EgressPolicy.allowing(['127.0.0.1/32']), ...options });
  const service = new OAuthDiscoveryService(egress, new ProbeSlots());
  try {
    const found = await service.discover({ requestId: 'req_1', actor: { kind: 'user', id: 'tok_1' } }, url);
    throw new Error(`${found.source} was found`);
  } catch (error) {
    const { code, message } = error as ServiceError;
    return [code, message];
  } finally {
    await egress.close();
  }
}

describe('where nobody answers, it is said that nobody does, and why', () => {
  it('as nobody listens there', async () => {
    const { url } = site;
    await site.stop();
    expect(await failure(`${url}/mcp`)).toEqual([
      'oauth_not_found',
      `no answer came from ${url}, so no sign-in was found: ` +
        `${url}/mcp: the connection was refused: is the server running, and is this its port?`,
    ]);
  });

  it('as there is no such host', async () => {
    await site.stop();
    const resolve = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await failure('https://mcp.example.com/mcp', { resolve })).toEqual([
      'oauth_not_found',
      expect.stringMatching(
        /^no answer came from https:\/\/mcp\.example\.com, .* there is no host of this name/,
      ),
    ]);
  });
});

it('where only some places do not answer, the advice is that of a server without a sign-in', async () => {
  site.put('/mcp', { hangs: true });
  expect(await failure(`${site.url}/mcp`)).toEqual([
    'oauth_not_found',
    expect.stringMatching(new RegExp(`^no sign-in was found for ${site.url}: if it takes a token`)),
  ]);
  await site.stop();
});
