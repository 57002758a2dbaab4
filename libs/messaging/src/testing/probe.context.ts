import type { CallContext } from '@hawser/contracts';

/** A context with everything in it, and characters that no header carries as they are. */
export const context: CallContext = {
  requestId: 'req_1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  workspaceId: 'ws_1',
  actor: { kind: 'user', id: 'tok_1', user_id: 'usr_1', role: 'MANAGER' },
  agent: { id: 'agt_1', crew_id: null, owner_id: 'usr_2' },
  idempotencyKey: 'once "é"\r\n %41 ✓ \ud800',
};
