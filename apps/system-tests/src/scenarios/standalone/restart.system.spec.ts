import { rm } from 'node:fs/promises';
import { Api } from '../../harness/api.js';
import { newCredential } from '../../harness/credentials.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';
import { newTenant } from '../../harness/tenant.js';
import { bind, newCrewServer } from '../../harness/tiers.js';

it('after a restart resolved has the same bytes and the same ETag, its credentials included', async () => {
  const dataDir = await newDataDir();
  const first = await Standalone.start({ dataDir });
  const tenant = await newTenant(new Api(first.gateways, first.ownerToken));
  const { id, value } = await newCredential(tenant);
  await bind(tenant, await tenant.newServer(), { credential_id: id });
  await newCrewServer(tenant);
  const path = `/api/v1/agents/${tenant.agentId}/integrations/resolved`;
  const before = await tenant.owner.get(path);
  expect(before.text).toContain(value);
  await first.stop();

  const second = await Standalone.start({ dataDir });
  const after = await new Api(second.gateways, tenant.owner.token, tenant.id).get(path);
  expect([after.text, after.headers.get('etag')]).toEqual([before.text, before.headers.get('etag')]);
  await second.stop();
  await rm(dataDir, { recursive: true });
});
