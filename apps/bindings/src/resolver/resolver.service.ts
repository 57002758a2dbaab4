import {
  cascade,
  explain,
  needsOf,
  resolve,
  secretsIn,
  type EffectiveSet,
  type GivenCredentials,
} from '@hawser/cascade';
import { agentOf, mayReadSecrets, ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type {
  Explanation,
  ResolveAgent,
  ResolvedServer,
  ServerToTry,
  TriedServer,
} from '@hawser/contracts/bindings';
import { Injectable } from '@nestjs/common';
import { CredentialSource, isEmpty } from './credential-source.js';
import { ResolverRepository } from './resolver.repository.js';
import { withoutSwitches } from './without-switches.js';

/**
 * The rows of the three tiers, through the cascade, with their credentials from the vault. Both are read afresh each
 * time, so a change shows in the next answer.
 */
@Injectable()
export class ResolverService {
  constructor(
    private readonly repository: ResolverRepository,
    private readonly credentials: CredentialSource,
  ) {}

  async resolve(context: CallContext, request: ResolveAgent): Promise<ResolvedServer[]> {
    const set = await this.effectiveSet(context, request);
    return resolve(set, await this.credentialsOf(context, request, set));
  }

  async explain(context: CallContext, request: ResolveAgent): Promise<Explanation> {
    const set = await this.effectiveSet(context, request);
    return explain(set, await this.credentialsOf(context, request, set));
  }

  /** One server as agents get it, to be tried out: without any binding, and whether or not anyone gets it. */
  async resolveServer(
    context: CallContext,
    { server_id, crew_id = null, plain }: ServerToTry,
  ): Promise<TriedServer> {
    requireRight(context, plain);
    const rows = await this.repository.readServer(workspaceOf(context), crew_id, server_id);
    const set = cascade(withoutSwitches(rows));
    const needs = needsOf(set);
    const subject = { kind: 'server', id: server_id } as const;
    // What takes no secret tells none, so there is nothing to note.
    const given = await (plain && !isEmpty(needs)
      ? this.credentials.disclose(context, needs, subject)
      : this.credentials.describe(context, needs));
    const [server] = resolve(set, given);
    if (server === undefined) {
      throw ServiceError.notFound(crew_id === null ? 'workspace server' : 'crew server', server_id);
    }
    return { server, secrets: secretsIn(set, given) };
  }

  private async effectiveSet(context: CallContext, { agent_id, plain }: ResolveAgent): Promise<EffectiveSet> {
    const agent = agentOf(context);
    if (agent.id !== agent_id) {
      throw new Error(`a call about agent "${agent.id}" asks for the servers of agent "${agent_id}"`);
    }
    requireRight(context, plain);
    return cascade(await this.repository.readTiers(workspaceOf(context), agent.crew_id, agent_id));
  }

  private credentialsOf(
    context: CallContext,
    { agent_id, plain }: ResolveAgent,
    set: EffectiveSet,
  ): Promise<GivenCredentials> {
    const needs = needsOf(set);
    return plain
      ? this.credentials.disclose(context, needs, { kind: 'agent', id: agent_id })
      : this.credentials.describe(context, needs);
  }
}

/** The gateway says in `plain` which of the two it will pass on; it must mean the same caller as this service does. */
function requireRight({ actor }: CallContext, plain: boolean): void {
  if (plain === mayReadSecrets(actor)) return;
  throw new ServiceError(
    'forbidden',
    plain
      ? 'this caller may not see secrets: ask for the redacted answer (plain: false)'
      : 'this caller gets secrets in plain text: ask for that answer (plain: true)',
    { plain },
  );
}
