import {
  ArgsJson,
  ConfigJson,
  Endpoint,
  EnvJson,
  Flag,
  HeadersJson,
  Id,
  Integer,
  Name,
  NestedList,
  OneOf,
  Patterned,
  Text,
  Timestamp,
} from '../fields.js';
import { PageQuery } from '../page.js';

export const transports = ['streamable-http', 'stdio'] as const;
export type Transport = (typeof transports)[number];
export const exposures = ['all', 'bound'] as const;
export type Exposure = (typeof exposures)[number];

const maybe = { optional: true, nullable: true };
const commandLine = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,4096}$/u;

/** How a server is reached or started. Null, like a field left out, means: nothing here. */
abstract class ServerSettings {
  @Endpoint({ ...maybe, description: 'required when the transport is streamable-http' })
  endpoint?: string | null;

  @Patterned(commandLine, 'must be 1 to 4096 characters, not all blank, none of them a control character', {
    ...maybe,
    description: 'required when the transport is stdio',
    example: 'npx',
  })
  command?: string | null;

  @ArgsJson(maybe)
  args_json?: string | null;

  @EnvJson(maybe)
  env_json?: string | null;

  @ConfigJson(maybe)
  config_json?: string | null;

  @HeadersJson({ ...maybe, description: 'static headers for streamable-http' })
  headers_json?: string | null;

  @Text({ ...maybe, max: 2048 })
  icon?: string | null;
}

export class CreateWorkspaceServer extends ServerSettings {
  @Name()
  name!: string;

  @Text({ ...maybe, max: 200, description: 'the name when left out' })
  display_name?: string | null;

  @OneOf(transports, { ...maybe, default: 'streamable-http' })
  transport?: Transport | null;

  @Flag({ optional: true, default: true })
  enabled?: boolean;

  @OneOf(exposures, {
    optional: true,
    default: 'all',
    description: 'bound: only for agents with an enabled binding',
  })
  exposure?: Exposure;
}

export class PatchWorkspaceServer extends ServerSettings {
  @Text({ optional: true, max: 200 })
  display_name?: string;

  @OneOf(transports, { optional: true })
  transport?: Transport;

  @Flag({ optional: true })
  enabled?: boolean;

  @OneOf(exposures, { optional: true })
  exposure?: Exposure;
}

/** What a row of either tier is read as. */
abstract class ServerRecord {
  @Id() id!: string;
  @Id() workspace_id!: string;
  @Name() name!: string;
  @Text({ nullable: true, max: 2048 }) endpoint!: string | null;
  @Text({ nullable: true, max: 4096 }) command!: string | null;
  @ArgsJson({ nullable: true }) args_json!: string | null;
  @EnvJson({ nullable: true }) env_json!: string | null;
  @ConfigJson({ nullable: true }) config_json!: string | null;
  @HeadersJson({ nullable: true }) headers_json!: string | null;
  @Text({ nullable: true, max: 2048 }) icon!: string | null;
  @Flag() enabled!: boolean;
  @OneOf(exposures) exposure!: Exposure;
  @Text({ nullable: true, description: 'what made the row, when no person did; such rows are changed there' })
  managed_by!: string | null;
  @Timestamp() created_at!: string;
  @Timestamp() updated_at!: string;
}

export class WorkspaceServer extends ServerRecord {
  @Text() display_name!: string;
  @OneOf(transports) transport!: Transport;
  @Integer() agent_binding_count!: number;
  @Integer() crew_server_count!: number;
}

export class WorkspaceServerPage {
  @NestedList(WorkspaceServer) items!: WorkspaceServer[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

export class WorkspaceServerRef {
  @Id() server_id!: string;
}

export class UpdateWorkspaceServer extends PatchWorkspaceServer {
  @Id() server_id!: string;
}

export class CreateCrewServer extends CreateWorkspaceServer {
  @Id({
    ...maybe,
    description: 'the workspace server that this row overrides; omitted fields inherit from it',
  })
  workspace_mcp_server_id?: string | null;
}

/** In a linked row, `display_name` and `transport` may be null: they inherit. */
export class PatchCrewServer extends ServerSettings {
  @Text({ ...maybe, max: 200 })
  display_name?: string | null;

  @OneOf(transports, maybe)
  transport?: Transport | null;

  @Flag({ optional: true })
  enabled?: boolean;

  @OneOf(exposures, { optional: true })
  exposure?: Exposure;
}

export class CrewServer extends ServerRecord {
  @Id() crew_id!: string;
  @Id({ nullable: true }) workspace_mcp_server_id!: string | null;
  @Text({ nullable: true }) display_name!: string | null;
  @OneOf(transports, { nullable: true }) transport!: Transport | null;
}

export class CrewServerPage {
  @NestedList(CrewServer) items!: CrewServer[];
  @Text({ nullable: true }) next_cursor!: string | null;
}

export class ListCrewServers extends PageQuery {
  @Id() crew_id!: string;
}

export class NewCrewServer extends CreateCrewServer {
  @Id() crew_id!: string;
}

export class CrewServerRef {
  @Id() crew_id!: string;
  @Id() server_id!: string;
}

export class UpdateCrewServer extends PatchCrewServer {
  @Id() crew_id!: string;
  @Id() server_id!: string;
}
