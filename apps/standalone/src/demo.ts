import type { CallContext } from '@hawser/contracts';
import { createWorkspaceServer } from '@hawser/contracts/bindings';
import type { DemoService } from '@hawser/directory';
import type { BusClient } from '@hawser/messaging';

/** Where a newcomer begins. Without a token when it was shown at an earlier start. */
export interface Demo {
  agentId: string | undefined;
  ownerToken: string | undefined;
}

/** The MCP project's own reference server: it runs wherever npm does and needs no credential. */
const demoServer = {
  name: 'everything',
  display_name: 'MCP reference server',
  transport: 'stdio' as const,
  command: 'npx',
  args_json: JSON.stringify(['-y', '@modelcontextprotocol/server-everything']),
};

/** Makes workspace `demo` on an empty database, and lets a given owner token in. */
export async function ensureDemo(
  demo: DemoService,
  bus: BusClient,
  token: string | undefined,
): Promise<Demo> {
  const found = await demo.ensure({
    token,
    furnish: async (workspaceId) => {
      const context: CallContext = {
        requestId: 'first-start',
        workspaceId,
        actor: { kind: 'system', id: 'standalone' },
      };
      await bus.call(createWorkspaceServer, demoServer, context);
    },
  });
  return { agentId: found?.agent_id ?? undefined, ownerToken: found?.owner_token ?? undefined };
}
