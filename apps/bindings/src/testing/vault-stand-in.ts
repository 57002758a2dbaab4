import { randomUUID } from 'node:crypto';
import { ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import {
  deleteCredential,
  describeCredentials,
  discloseCredentials,
  type CredentialsAsked,
  type CredentialSummaries,
  type CredentialSummary,
  type DeleteCredential,
  type DeletedCredential,
  type DiscloseCredentials,
  type DisclosedCredential,
  type DisclosedCredentials,
} from '@hawser/contracts/vault';
import { BusServer, Handles, type Bus } from '@hawser/messaging';
import { newId } from '@hawser/persistence';
import { Controller, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

interface Call {
  what: 'describe' | 'disclose';
  request: CredentialsAsked | DiscloseCredentials;
}

/** What a test says that the vault has, and what the vault was asked by each workspace. */
export class VaultStandIn {
  readonly inUse = new Set<string>();
  private readonly credentials = new Map<string, DisclosedCredential[]>();
  private readonly calls = new Map<string, Call[]>();
  private app: INestMicroservice | undefined;

  /** One that works and has its own secret, unless said otherwise. */
  add(workspace: { id: string }, fields: Partial<DisclosedCredential> = {}): DisclosedCredential {
    const id = newId('cred');
    const credential: DisclosedCredential = {
      id,
      name: `credential-${randomUUID().slice(0, 8)}`,
      type: 'secret',
      status: 'active',
      status_reason: null,
      allowed_origins: null,
      expires_at: null,
      value: `s3cret-${id}`,
      retryable: false,
      ...fields,
    };
    this.credentials.set(workspace.id, [...this.of(workspace.id), credential]);
    return credential;
  }

  /** What was asked since this was last called. */
  askedBy({ id }: { id: string }): Call[] {
    const calls = this.calls.get(id) ?? [];
    this.calls.delete(id);
    return calls;
  }

  namesOf({ id }: { id: string }): string[] {
    return this.of(id).map(({ name }) => name);
  }

  remove(workspace: { id: string }, id: string): void {
    const others = this.of(workspace.id).filter((credential) => credential.id !== id);
    this.credentials.set(workspace.id, others);
  }

  find(context: CallContext, what: Call['what'], request: CredentialsAsked): DisclosedCredential[] {
    const workspaceId = workspaceOf(context);
    this.calls.set(workspaceId, [...(this.calls.get(workspaceId) ?? []), { what, request }]);
    return this.of(workspaceId).filter(
      ({ id, name }) => request.ids.includes(id) || request.names.includes(name),
    );
  }

  async start(bus: Bus): Promise<void> {
    const module: DynamicModule = {
      module: VaultStandInModule,
      controllers: [VaultStandInHandler],
      providers: [{ provide: VaultStandIn, useValue: this }],
    };
    this.app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      logger: false,
      strategy: new BusServer({ bus, service: 'vault' }),
    });
    await this.app.listen();
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  private of(workspaceId: string): DisclosedCredential[] {
    return this.credentials.get(workspaceId) ?? [];
  }
}

@Module({})
class VaultStandInModule {}

@Controller()
class VaultStandInHandler {
  constructor(private readonly vault: VaultStandIn) {}

  @Handles(describeCredentials)
  describe(request: CredentialsAsked, context: CallContext): Promise<CredentialSummaries> {
    const credentials = this.vault.find(context, 'describe', request).map(summaryOf);
    return Promise.resolve({ credentials });
  }

  @Handles(discloseCredentials)
  disclose(request: DiscloseCredentials, context: CallContext): Promise<DisclosedCredentials> {
    return Promise.resolve({ credentials: this.vault.find(context, 'disclose', request) });
  }

  @Handles(deleteCredential)
  delete({ credential_id: id }: DeleteCredential, context: CallContext): Promise<DeletedCredential> {
    if (this.vault.inUse.has(id)) {
      return Promise.reject(new ServiceError('credential_in_use', `credential "${id}" is in use`));
    }
    this.vault.remove({ id: workspaceOf(context) }, id);
    return Promise.resolve({ deleted: true, revoked: null });
  }
}

function summaryOf(credential: DisclosedCredential): CredentialSummary {
  const { id, name, type, status, status_reason, allowed_origins, expires_at } = credential;
  return { id, name, type, status, status_reason, allowed_origins, expires_at };
}
