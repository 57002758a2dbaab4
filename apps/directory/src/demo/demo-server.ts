import type { CallContext } from '@hawser/contracts';
import { createWorkspaceServer } from '@hawser/contracts/bindings';
import type { BusClient } from '@hawser/messaging';

/** The MCP project's own reference server: it runs wherever npm does and needs no credential. */
const demoServer = {
  name: 'everything',
  display_name: 'MCP reference server',
  transport: 'stdio' as const,
  command: 'npx',
  args_json: JSON.stringify(['-y', '@modelcontextprotocol/server-everything']),
};

/** Gives the demo workspace a server, so that its agent has something to resolve. */
export async function addDemoServer(bus: BusClient, workspaceId: string): Promise<void> {
  const context: CallContext = {
    requestId: 'bootstrap',
    workspaceId,
    actor: { kind: 'system', id: 'directory' },
  };
  await bus.call(createWorkspaceServer, demoServer, context);
}
