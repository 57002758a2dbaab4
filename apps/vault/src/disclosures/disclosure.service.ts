import { mayReadSecrets, ServiceError, workspaceOf, type CallContext } from '@hawser/contracts';
import type { AuditPage, AuditQuery } from '@hawser/contracts/directory';
import type {
  CredentialsAsked,
  CredentialSummaries,
  DiscloseCredentials,
  DisclosedCredentials,
} from '@hawser/contracts/vault';
import { Injectable } from '@nestjs/common';
import { AskedCredentialRepository } from './asked-credential.repository.js';
import { CredentialReader } from './credential-reader.js';
import { DisclosureLog } from './disclosure-log.js';
import { DisclosureRepository } from './disclosure.repository.js';
import { summaryOf } from './given-credential.js';
import { LastUses } from './last-uses.js';

/** Longer than a renewal takes; and a caller who asks again for want of an answer (after 2 s of 10) still gets one. */
const renewalMs = 6_000;

@Injectable()
export class DisclosureService {
  constructor(
    private readonly credentials: AskedCredentialRepository,
    private readonly reader: CredentialReader,
    private readonly disclosureLog: DisclosureLog,
    private readonly disclosures: DisclosureRepository,
    private readonly lastUses: LastUses,
  ) {}

  async describe(context: CallContext, asked: CredentialsAsked): Promise<CredentialSummaries> {
    const rows = await this.credentials.describe(workspaceOf(context), asked);
    const now = new Date();
    return { credentials: rows.map((row) => summaryOf(row, now)) };
  }

  /** The values leave only after it has been noted that they do. */
  async disclose(context: CallContext, request: DiscloseCredentials): Promise<DisclosedCredentials> {
    requireMayRead(context, request);
    const workspaceId = workspaceOf(context);
    const credentials = await this.reader.read(workspaceId, request, renewalMs);
    refuseLate(context);
    const given = credentials.filter(({ value }) => value !== null);
    await this.disclosureLog.note(
      context,
      request.subject,
      given.map(({ name }) => name),
    );
    this.lastUses.note(
      workspaceId,
      given.map(({ id }) => id),
    );
    return { credentials };
  }

  list(context: CallContext, query: AuditQuery): Promise<AuditPage> {
    return this.disclosures.list(workspaceOf(context), query);
  }
}

/** Nobody waits for it any more, but perhaps for the answer of a second attempt; the log has those that were given. */
function refuseLate({ deadlineAtMs = Infinity }: CallContext): void {
  if (Date.now() <= deadlineAtMs) return;
  throw new ServiceError('service_timeout', 'the answer would come after its deadline, and is not given out');
}

function requireMayRead({ actor }: CallContext, { subject }: DiscloseCredentials): void {
  if (!mayReadSecrets(actor)) {
    throw new ServiceError(
      'forbidden',
      'values of credentials go to agents, and to an OWNER or ADMIN of the workspace',
    );
  }
  if (actor.kind === 'agent' && !(subject.kind === 'agent' && subject.id === actor.agent_id)) {
    throw new ServiceError('forbidden', `the agent "${actor.agent_id}" gets credentials for itself only`);
  }
}
