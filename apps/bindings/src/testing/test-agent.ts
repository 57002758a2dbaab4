import type { Actor, CallContext, RpcContract, Shape, ShapeType } from '@hawser/contracts';
import {
  createAgentBinding,
  deleteAgentBinding,
  listAgentBindings,
  resolveAgent,
  updateAgentBinding,
  type AgentBinding,
  type CreateAgentBinding,
  type CrewServer,
  type PatchAgentBinding,
  type ResolvedServer,
  type WorkspaceServer,
} from '@hawser/contracts/bindings';
import { newId } from '@hawser/persistence';
import type { TestWorkspace } from './test-workspace.js';

export const viewer: Actor = { kind: 'user', id: 'tok_viewer', user_id: 'usr_viewer', role: 'VIEWER' };

/** An agent, with the crew that `directory` would name beside every call about it. */
export class TestAgent {
  constructor(
    readonly id: string,
    readonly crewId: string | null,
    private readonly workspace: TestWorkspace,
    private readonly query: (sql: string, parameters: unknown[]) => Promise<unknown>,
  ) {}

  readonly bindings = {
    create: (
      server: WorkspaceServer | CrewServer,
      fields: Partial<CreateAgentBinding> = {},
    ): Promise<AgentBinding> =>
      this.call(createAgentBinding, {
        agent_id: this.id,
        mcp_server_id: server.id,
        mcp_server_scope: 'crew_id' in server ? 'crew' : 'workspace',
        ...fields,
      }),
    update: (ref: string, patch: PatchAgentBinding): Promise<AgentBinding> =>
      this.call(updateAgentBinding, { agent_id: this.id, ref, ...patch }),
    delete: (ref: string): Promise<unknown> => this.call(deleteAgentBinding, { agent_id: this.id, ref }),
    list: async (): Promise<AgentBinding[]> =>
      (await this.call(listAgentBindings, { agent_id: this.id })).items,
    /** One that something else keeps, to a workspace server; answers its id. */
    createManaged: async (serverId: string): Promise<string> => {
      const id = newId('bnd');
      await this.query(
        `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, enabled, managed_by)
         VALUES ($1, $2, $3, $4, 'bearer', true, 'composio')`,
        [id, this.workspace.id, this.id, serverId],
      );
      return id;
    },
  };

  resolve(): Promise<ResolvedServer[]> {
    return this.call(resolveAgent, { agent_id: this.id, plain: true });
  }

  /** As somebody gets it who may not read secrets. */
  resolveRedacted(): Promise<ResolvedServer[]> {
    return this.call(resolveAgent, { agent_id: this.id, plain: false }, { actor: viewer });
  }

  call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    more: Partial<CallContext> = {},
  ): Promise<ShapeType<Res>> {
    const agent = { id: this.id, crew_id: this.crewId, owner_id: null };
    return this.workspace.call(contract, request, { agent, ...more });
  }

  /** The same agent, after `directory` has put it in another crew. */
  movedTo(crew: { id: string } | null): TestAgent {
    return new TestAgent(this.id, crew?.id ?? null, this.workspace, this.query);
  }
}
