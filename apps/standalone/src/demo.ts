import { addDemoServer, type DemoService } from '@hawser/directory';
import type { BusClient } from '@hawser/messaging';

/** Where a newcomer begins. Without a token when it was shown at an earlier start. */
export interface Demo {
  agentId: string | undefined;
  ownerToken: string | undefined;
}

/** Makes workspace `demo` on an empty database, and lets a given owner token in. */
export async function ensureDemo(
  demo: DemoService,
  bus: BusClient,
  token: string | undefined,
): Promise<Demo> {
  const found = await demo.ensure({
    token,
    furnish: (workspaceId) => addDemoServer(bus, workspaceId),
  });
  return { agentId: found?.agent_id ?? undefined, ownerToken: found?.owner_token ?? undefined };
}
