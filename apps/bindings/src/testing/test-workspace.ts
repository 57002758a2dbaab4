import { randomUUID } from 'node:crypto';
import type { CallContext, RpcContract, Shape, ShapeType } from '@hawser/contracts';
import {
  createCrewServer,
  createWorkspaceServer,
  deleteCrewServer,
  deleteWorkspaceServer,
  forgetTenant,
  listTools,
  refreshTools,
  updateCrewServer,
  updateWorkspaceServer,
  upsertTool,
  type CreateCrewServer,
  type CreateWorkspaceServer,
  type CrewServer,
  type CrewServerRef,
  type PatchCrewServer,
  type PatchTool,
  type PatchWorkspaceServer,
  type RefreshedTools,
  type SeenTool,
  type ToolState,
  type WorkspaceServer,
} from '@hawser/contracts/bindings';
import type { TenantKind } from '@hawser/contracts/directory';
import type { BusClient } from '@hawser/messaging';
import { newId } from '@hawser/persistence';
import { TestAgent } from './test-agent.js';

type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

const anyEndpoint = 'https://mcp.example.com/mcp';
const anyName = (): string => `server-${randomUUID().slice(0, 8)}`;

/** A workspace and its OWNER, who calls the service over the bus as the gateway does for them. */
export class TestWorkspace {
  constructor(
    readonly id: string,
    private readonly client: BusClient,
    private readonly query: Query,
  ) {}

  /** Servers of the workspace; each factory makes one that works, and a test names only what it is about. */
  readonly servers = {
    create: (fields: Partial<CreateWorkspaceServer> = {}): Promise<WorkspaceServer> =>
      this.call(createWorkspaceServer, { name: anyName(), endpoint: anyEndpoint, ...fields }),
    update: (server_id: string, patch: PatchWorkspaceServer): Promise<WorkspaceServer> =>
      this.call(updateWorkspaceServer, { server_id, ...patch }),
    delete: (server_id: string): Promise<unknown> => this.call(deleteWorkspaceServer, { server_id }),
    /** One that something else keeps; answers its id. */
    createManaged: async (name = anyName()): Promise<string> => {
      const id = newId('srv');
      await this.query(
        `INSERT INTO workspace_servers (id, workspace_id, name, display_name, transport, endpoint, enabled, exposure, managed_by)
         VALUES ($1, $2, $3, $3, 'streamable-http', '${anyEndpoint}', true, 'all', 'connection')`,
        [id, this.id, name],
      );
      return id;
    },
  };

  crew(): TestCrew {
    return new TestCrew(newId('crew'), this, this.query);
  }

  agent(crew: { id: string } | null = null): TestAgent {
    return new TestAgent(newId('agt'), crew?.id ?? null, this, this.query);
  }

  /** What `directory` does when one of its records goes. */
  async forget(kind: TenantKind, id: string): Promise<void> {
    await this.call(forgetTenant, { kind, id });
  }

  call<Req extends object, Res extends Shape>(
    contract: RpcContract<Req, Res>,
    request: Req,
    more: Partial<CallContext> = {},
  ): Promise<ShapeType<Res>> {
    return this.client.call(contract, request, { ...this.context, ...more });
  }

  private get context(): CallContext {
    const actor = { kind: 'user' as const, id: 'tok_test', user_id: 'usr_test', role: 'OWNER' as const };
    return { requestId: randomUUID(), workspaceId: this.id, actor };
  }
}

export class TestCrew {
  constructor(
    readonly id: string,
    private readonly workspace: TestWorkspace,
    private readonly query: Query,
  ) {}

  readonly servers = {
    create: (fields: Partial<CreateCrewServer> = {}): Promise<CrewServer> =>
      this.workspace.call(createCrewServer, {
        crew_id: this.id,
        name: anyName(),
        endpoint: anyEndpoint,
        ...fields,
      }),
    /** A row that changes nothing of the server that it overrides. */
    override: (
      { id }: Pick<WorkspaceServer, 'id'>,
      fields: Partial<CreateCrewServer> = {},
    ): Promise<CrewServer> =>
      this.workspace.call(createCrewServer, {
        crew_id: this.id,
        name: anyName(),
        workspace_mcp_server_id: id,
        ...fields,
      }),
    update: (server_id: string, patch: PatchCrewServer): Promise<CrewServer> =>
      this.workspace.call(updateCrewServer, { crew_id: this.id, server_id, ...patch }),
    delete: (server_id: string): Promise<unknown> =>
      this.workspace.call(deleteCrewServer, { crew_id: this.id, server_id }),
    createManaged: async (name = anyName()): Promise<string> => {
      const id = newId('srv');
      await this.query(
        `INSERT INTO crew_servers (id, workspace_id, crew_id, name, display_name, transport, endpoint, enabled, exposure, managed_by)
         VALUES ($1, $2, $3, $4, $4, 'streamable-http', '${anyEndpoint}', true, 'all', 'connection')`,
        [id, this.workspace.id, this.id, name],
      );
      return id;
    },
  };

  /** The tool states of one of its servers. */
  tools(server_id: string): TestTools {
    return new TestTools({ crew_id: this.id, server_id }, this.workspace);
  }
}

export class TestTools {
  constructor(
    private readonly ref: CrewServerRef,
    private readonly workspace: TestWorkspace,
  ) {}

  list(): Promise<ToolState[]> {
    return this.workspace.call(listTools, this.ref);
  }

  upsert(tool_name: string, patch: PatchTool): Promise<ToolState> {
    return this.workspace.call(upsertTool, { ...this.ref, tool_name, ...patch });
  }

  refresh(tools: SeenTool[]): Promise<RefreshedTools> {
    return this.workspace.call(refreshTools, { ...this.ref, tools });
  }
}
