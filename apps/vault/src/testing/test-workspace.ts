import { randomUUID } from 'node:crypto';
import {
  ServiceError,
  type Actor,
  type CallContext,
  type PageQuery,
  type Role,
  type RpcContract,
  type Shape,
  type ShapeType,
} from '@hawser/contracts';
import type { TenantKind } from '@hawser/contracts/directory';
import {
  createCredential,
  deleteCredential,
  forgetTenant,
  getCredential,
  listCredentials,
  updateCredential,
  type CreateCredential,
  type Credential,
  type CredentialPage,
  type DeletedCredential,
  type PatchCredential,
} from '@hawser/contracts/vault';
import type { BusClient } from '@hawser/messaging';

/** A workspace, and somebody in it (its OWNER, unless told otherwise) who calls the vault as the gateway does for them. */
export class TestWorkspace {
  constructor(
    readonly id: string,
    private readonly client: BusClient,
    readonly actor: Actor = { kind: 'user', id: 'tok_test', user_id: 'usr_test', role: 'OWNER' },
  ) {}

  /** Each factory makes one that works, and a test names only what it is about. */
  readonly credentials = {
    create: (
      fields: Partial<CreateCredential> = {},
      more: Partial<CallContext> = {},
    ): Promise<Credential> => {
      const { type = 'bearer' } = fields;
      const value = type === 'oauth2' ? {} : { value: anyValue(type) };
      return this.call(createCredential, { name: anyName(), type, ...value, ...fields }, more);
    },
    get: (credential_id: string): Promise<Credential> => this.call(getCredential, { credential_id }),
    list: (page: PageQuery = {}): Promise<CredentialPage> => this.call(listCredentials, page),
    update: (credential_id: string, patch: PatchCredential): Promise<Credential> =>
      this.call(updateCredential, { credential_id, ...patch }),
    delete: (credential_id: string, force?: boolean): Promise<DeletedCredential> =>
      this.call(deleteCredential, { credential_id, ...(force !== undefined && { force }) }),
  };

  /** The same workspace, for another member. */
  as(role: Role, userId = `usr_${role.toLowerCase()}`): TestWorkspace {
    return this.for({ kind: 'user', id: `tok_${userId}`, user_id: userId, role });
  }

  /** The same workspace, for an agent with its runtime token. */
  asAgent(agentId: string): TestWorkspace {
    return this.for({ kind: 'agent', id: `tok_${agentId}`, agent_id: agentId });
  }

  for(actor: Actor): TestWorkspace {
    return new TestWorkspace(this.id, this.client, actor);
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

  /** Of what is called within the process, past the bus. */
  get context(): CallContext {
    return { requestId: randomUUID(), workspaceId: this.id, actor: this.actor };
  }
}

/** What a call was refused with, which it must have been. */
export async function refusalOf(call: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await call.then(
    (answer) => new Error(`should have been refused, and answered ${JSON.stringify(answer)}`),
    (failure: unknown) => failure,
  );
  if (!(error instanceof ServiceError)) throw error;
  return error;
}

/** What calls at the same time came to, in order: the code of each that was refused, `answered` for the others. */
export async function codesOf(calls: Promise<unknown>[]): Promise<string[]> {
  const codes = await Promise.all(
    calls.map((call) =>
      call.then(
        () => 'answered',
        (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
      ),
    ),
  );
  return codes.toSorted();
}

function anyName(): string {
  return `credential-${randomUUID().slice(0, 8)}`;
}

function anyValue(type: string): string {
  return type === 'basic' ? `user:${randomUUID()}` : randomUUID();
}
