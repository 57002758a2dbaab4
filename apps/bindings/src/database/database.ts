import type { DatabaseOptions } from '@hawser/persistence';
import { AgentBindingEntity } from '../agent-bindings/agent-binding.entity.js';
import { CrewServerEntity } from '../servers/crew-server.entity.js';
import { WorkspaceServerEntity } from '../servers/workspace-server.entity.js';
import { ToolStateEntity } from '../tools/tool-state.entity.js';
import { CreateBindings1795219200000 } from './migrations/1795219200000-create-bindings.js';
import { IndexCredentialUsers1795392000000 } from './migrations/1795392000000-index-credential-users.js';
import { RememberSeenTools1795305800000 } from './migrations/1795305800000-remember-seen-tools.js';

/** The schema that this service owns. */
export function bindingsDatabase(url: string): DatabaseOptions {
  return {
    url,
    schema: 'bindings',
    entities: [WorkspaceServerEntity, CrewServerEntity, AgentBindingEntity, ToolStateEntity],
    migrations: [
      CreateBindings1795219200000,
      RememberSeenTools1795305800000,
      IndexCredentialUsers1795392000000,
    ],
  };
}
