import type { TokenMode } from '@hawser/contracts/directory';
import { newId } from '@hawser/persistence';
import type { TokenEntity } from './token.entity.js';
import { hashOf, prefixOf } from './token-secret.js';

type Given = Pick<TokenEntity, 'name' | 'kind'> &
  Partial<Pick<TokenEntity, 'role' | 'user_id' | 'agent_id' | 'scopes' | 'expires_at'>>;

/** The row for a secret; the secret itself is not in it. */
export function newToken(workspaceId: string, secret: string, given: Given): TokenEntity {
  const mode: TokenMode = secret.startsWith('hws_test_') ? 'test' : 'live';
  return {
    id: newId('tok'),
    workspace_id: workspaceId,
    mode,
    hash: hashOf(secret),
    prefix: prefixOf(secret),
    role: null,
    user_id: null,
    agent_id: null,
    scopes: null,
    expires_at: null,
    last_used_at: null,
    created_at: new Date(),
    ...given,
  };
}
