import { Dictionary, Flag, Id, NestedList, Nested, OneOf, Strings, Text } from '../fields.js';
import { credentialTypes, scopes, type CredentialType, type Scope } from './agent-bindings.dto.js';
import { transports, type Transport } from './servers.dto.js';

export class ResolveAgent {
  @Id() agent_id!: string;

  @Flag({
    description: 'whether the caller may see secrets; decided by the access rules, never by the caller',
  })
  plain!: boolean;
}

export class ResolveServer {
  @Id() server_id!: string;
  @Id({ optional: true, nullable: true, description: "whose server it is; left out: the workspace's" })
  crew_id?: string | null;
}

export class ServerToTry extends ResolveServer {
  @Flag({ description: 'whether the caller may see secrets, and so use them; decided by the access rules' })
  plain!: boolean;
}

export class ServerProblem {
  @Text({ example: 'credential_withheld' }) code!: string;
  @Text() message!: string;
  @Text({ optional: true }) field?: string;
}

export class ResolvedTools {
  @Strings({ description: 'tools the crew has switched off; every other tool is on' })
  disabled!: string[];
}

export class ResolvedServer {
  @Id({ description: 'the identity that bindings attach to' }) server_id!: string;
  @Id({ nullable: true, description: 'the crew row that took part' }) crew_server_id!: string | null;
  @OneOf(scopes) scope!: Scope;
  @Text() name!: string;
  @Text() display_name!: string;
  @OneOf(transports) transport!: Transport;
  @Text({ nullable: true }) endpoint!: string | null;
  @Text({ nullable: true }) command!: string | null;
  @Text({ nullable: true }) args_json!: string | null;
  @Text({ nullable: true }) env_json!: string | null;
  @Text({ nullable: true }) config_json!: string | null;
  @Text({ nullable: true }) icon!: string | null;
  @Flag() enabled!: boolean;
  @Id({ nullable: true }) binding_id!: string | null;
  @Id({ nullable: true }) credential_id!: string | null;
  @Text({ nullable: true }) credential_name!: string | null;
  @OneOf(credentialTypes, { nullable: true }) cred_type!: CredentialType | null;
  @Dictionary({ nullable: true, example: { 'X-Team': 'research' } }) headers!: Record<string, string> | null;
  @Nested(ResolvedTools) tools!: ResolvedTools;
  @NestedList(ServerProblem, {
    description: 'what a person should look at; the server is listed all the same',
  })
  problems!: ServerProblem[];
}

/** A server as agents get it, and what of it must be repeated to nobody. */
export class TriedServer {
  @Nested(ResolvedServer) server!: ResolvedServer;
  @Strings({ description: 'values of credentials within the server' }) secrets!: string[];
}

const tiers = ['workspace', 'crew', 'agent'] as const;

export class Origin {
  @OneOf(tiers) tier!: (typeof tiers)[number];
  @Id({ description: 'the row: a server of that tier, or the binding' }) id!: string;
}

export class ExplainedServer extends ResolvedServer {
  @Dictionary({
    description:
      'for every field the row that it came from, null where it came from none; for env_json and headers by name, for config_json by JSON Pointer',
  })
  origins!: Record<string, unknown>;
}

export class LeftOutServer {
  @Id() server_id!: string;
  @Id({ nullable: true }) crew_server_id!: string | null;
  @OneOf(scopes) scope!: Scope;
  @Text() name!: string;
  @Text({ example: 'disabled_by_workspace' }) reason!: string;
  @Nested(Origin, { description: 'the row that decided it' }) by!: Origin;
  @Text() message!: string;
}

export class Explanation {
  @NestedList(ExplainedServer) servers!: ExplainedServer[];
  @NestedList(LeftOutServer) left_out!: LeftOutServer[];
}
