import { startModernServer, startProtectedServer, type Peer } from '@hawser/testing';
import { schemaDigest } from '../mcp/schema-digest.js';
import { ProbeHarness } from '../testing/probe-harness.js';
import { always, oldServer, startScriptedServer } from '../testing/scripted-server.js';

describe('refreshing the tools of a server by asking it', () => {
  let harness: ProbeHarness;
  let peers: Peer[];
  beforeEach(async () => {
    harness = await ProbeHarness.start();
    peers = [];
  });
  afterEach(async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
    await harness.stop();
  });

  const started = async <P extends Peer>(starting: Promise<P>): Promise<P> => {
    const peer = await starting;
    peers.push(peer);
    return peer;
  };

  it('has them recorded, and answers what became of them', async () => {
    const inputSchema = { type: 'object', properties: { text: { type: 'string' } } };
    const tools = [{ name: 'echo', description: 'Says it again', inputSchema }, { name: 'ping' }];
    const peer = await started(startModernServer({ tools }));
    expect(await harness.refresh({ endpoint: peer.url })).toEqual({ created: 2, updated: 0, total: 2 });
    expect(harness.bindings.refreshed).toEqual([
      {
        crew_id: 'crew_1',
        server_id: 'srv_1',
        tools: [
          { name: 'echo', description: 'Says it again', schema_digest: schemaDigest({ inputSchema }) },
          { name: 'ping', schema_digest: schemaDigest({ inputSchema: { type: 'object' } }) },
        ],
      },
    ]);
  });

  it('records nothing of a server without tools', async () => {
    const peer = await started(startScriptedServer(oldServer({ capabilities: {} })));
    expect(await harness.refresh({ endpoint: peer.url })).toEqual({ created: 0, updated: 0, total: 0 });
    expect(harness.bindings.refreshed).toMatchObject([{ tools: [] }]);
  });

  it('fails with what the server needs, when it asks for a credential', async () => {
    const peer = await started(startProtectedServer());
    await expect(harness.refresh({ endpoint: peer.url })).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('HTTP 401') as string,
      details: { test_status: 'auth_required', authorization: { authorization_servers: [peer.issuer] } },
    });
    expect(harness.bindings.refreshed).toEqual([]);
  });

  it('fails with what was wrong, when the server does not tell them', async () => {
    const broken = await started(startScriptedServer(always(500, {})));
    await expect(harness.refresh({ endpoint: broken.url })).rejects.toMatchObject({
      code: 'upstream_failed',
      details: { test_status: 'error', reason: 'http_status' },
    });
    const silent = await started(startScriptedServer(oldServer({ toList: always(500, {}) })));
    await expect(harness.refresh({ endpoint: silent.url })).rejects.toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('could not be listed') as string,
      details: { test_status: 'ok' },
    });
    expect(harness.bindings.refreshed).toEqual([]);
  });

  it('is refused for a stdio server, which cannot be asked from here', async () => {
    const stdio = { transport: 'stdio', command: 'npx' } as const;
    await expect(harness.refresh(stdio)).rejects.toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ field: 'probe' }] },
    });
  });
});
