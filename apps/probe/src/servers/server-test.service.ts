import { mayReadSecrets, type CallContext } from '@hawser/contracts';
import {
  resolveServer,
  type ResolvedServer,
  type ResolveServer,
  type TriedServer,
} from '@hawser/contracts/bindings';
import type { ServerTest } from '@hawser/contracts/probe';
import { BusClient } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';
import { maxMessageLength, probeWithinMs, returnMs } from '../limits.js';
import { within } from '../mcp/errand.js';
import { McpProber } from '../mcp/mcp-prober.js';
import { ProbeSlots } from '../mcp/slots.js';
import { keepable } from '../mcp/told.js';
import { countTest } from '../metrics.js';
import { reachable, type Reachable } from './reachable.js';
import { checkStdio } from './stdio-check.js';
import { withoutSecrets } from './without-secrets.js';

@Injectable()
export class ServerTestService {
  constructor(
    private readonly bindings: BusClient,
    private readonly slots: ProbeSlots,
    private readonly prober: McpProber,
  ) {}

  /**
   * @throws ServiceError not_found; service_busy: too many tests at the moment; service_unavailable: no `bindings`;
   *   secret_encryption_unavailable: no vault, and a credential is needed
   */
  async test(context: CallContext, request: ResolveServer): Promise<ServerTest> {
    // Whoever may not see a credential may not send it anywhere either.
    const plain = mayReadSecrets(context.actor);
    const tried = await this.bindings.call(resolveServer, { ...request, plain }, context);
    const test = withoutSecrets(await this.tryOut(context, tried), tried.secrets);
    countTest(test);
    return test;
  }

  private async tryOut(context: CallContext, { server, secrets }: TriedServer): Promise<ServerTest> {
    const incomplete = server.problems.find(({ code }) => code === 'config_incomplete');
    if (incomplete !== undefined) return misconfigured(incomplete.message);
    if (server.transport === 'stdio') return checkStdio(server);
    const found = reachable(server, secrets);
    if (found === null) return misconfigured('The server has no endpoint that is a URL: set one.');
    const test = await this.probe(context, found);
    return test.status === 'ok' ? test : { ...test, message: explained(test, server, found) };
  }

  private probe(context: CallContext, { target }: Reachable): Promise<ServerTest> {
    const caller = context.signal ?? new AbortController().signal;
    return this.slots.run(caller, () => {
      const leftMs = (context.deadlineAtMs ?? Infinity) - Date.now() - returnMs;
      const withinMs = Math.max(0, Math.min(probeWithinMs, leftMs));
      return within(withinMs, caller, (signal) => this.prober.probe(target, signal));
    });
  }
}

function misconfigured(message: string): ServerTest {
  return { status: 'error', reason: 'configuration', message };
}

/** What went wrong, and what of ours may have to do with it. */
function explained(
  { message = '' }: ServerTest,
  { problems }: ResolvedServer,
  { leftOut }: Reachable,
): string {
  const ofCredentials = problems.filter(({ code }) => code.startsWith('credential_'));
  const notes = ofCredentials.map((problem) => problem.message);
  if (leftOut.length > 0) {
    notes.push(
      `Not sent, because your role may not use the stored credentials in them: ${leftOut.map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  return keepable([message, ...notes].join(' '), maxMessageLength);
}
