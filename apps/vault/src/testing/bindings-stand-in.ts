import { workspaceOf, type CallContext, type ServiceError } from '@hawser/contracts';
import {
  createWorkspaceServer,
  findCredentialUsers,
  type CreateWorkspaceServer,
  type CredentialUsage,
  type FindCredentialUsers,
  type NamedCredential,
  type UsedCredential,
  type WorkspaceServer,
} from '@hawser/contracts/bindings';
import { Handles } from '@hawser/messaging';
import { newId } from '@hawser/persistence';
import { Controller } from '@nestjs/common';

/** What `bindings` answers, and what it was asked. */
export class BindingsScript {
  readonly uses: UsedCredential[] = [];
  /** The credentials of each question for their users. */
  readonly askedFor: NamedCredential[][] = [];
  readonly created: CreateWorkspaceServer[] = [];
  /** Instead of making a server. */
  failure: ServiceError | undefined;
  /** Instead of telling who uses credentials. */
  usageFailure: ServiceError | undefined;

  /** Has a credential used: by a workspace server's template, where the use says nothing else. */
  use(credential: { id: string }, use: Partial<UsedCredential> = {}): UsedCredential {
    const whole: UsedCredential = {
      kind: 'workspace_server',
      id: newId('srv'),
      name: 'github',
      agent_id: null,
      credential_id: credential.id,
      templates: ['headers_json'],
      ...use,
    };
    this.uses.push(whole);
    return whole;
  }
}

@Controller()
export class BindingsStandIn {
  constructor(private readonly script: BindingsScript) {}

  @Handles(findCredentialUsers)
  find({ credentials }: FindCredentialUsers): Promise<CredentialUsage> {
    if (this.script.usageFailure !== undefined) return Promise.reject(this.script.usageFailure);
    this.script.askedFor.push(credentials.map(({ id, name }) => ({ id, name })));
    const ids = new Set(credentials.map(({ id }) => id));
    return Promise.resolve({ uses: this.script.uses.filter((use) => ids.has(use.credential_id)) });
  }

  @Handles(createWorkspaceServer)
  create(input: CreateWorkspaceServer, context: CallContext): Promise<WorkspaceServer> {
    if (this.script.failure !== undefined) return Promise.reject(this.script.failure);
    this.script.created.push({ ...input });
    const now = new Date().toISOString();
    return Promise.resolve({
      id: newId('srv'),
      workspace_id: workspaceOf(context),
      name: input.name,
      display_name: input.display_name ?? input.name,
      transport: input.transport ?? 'streamable-http',
      endpoint: input.endpoint ?? null,
      command: null,
      args_json: null,
      env_json: null,
      config_json: null,
      headers_json: input.headers_json ?? null,
      icon: null,
      enabled: true,
      exposure: 'all',
      managed_by: null,
      created_at: now,
      updated_at: now,
      agent_binding_count: 0,
      crew_server_count: 0,
    });
  }
}
