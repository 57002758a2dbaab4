import { startModernServer } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { newTenant } from '../harness/tenant.js';
import { startSystem } from '../harness/the-system.js';

/** So that the system is asked to stop long before the server has answered. */
const delayMs = 1_500;

it('a server that is tried out while the system stops is tried out to the end', async () => {
  const peer = await using(startModernServer({ tools: [{ name: 'search' }], delayMs }));
  const system = await startSystem({ env: { HAWSER_REPLICAS: '2' } });
  const tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  const id = await tenant.newServer({ endpoint: peer.url });

  const answer = tenant.owner.must('POST', `/api/v1/integrations/${id}/test`);
  await eventually(() => peer.requests.length > 0);
  const stopped = system.stop();
  expect(await answer).toMatchObject({ status: 'ok', tools_count: 1 });
  expect(await stopped).toBe(0);
});
