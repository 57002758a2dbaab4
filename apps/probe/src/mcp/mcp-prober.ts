import type { ServerTest } from '@hawser/contracts/probe';
import { Egress } from '@hawser/egress';
import { Injectable, Logger } from '@nestjs/common';
import { maxBytes, maxRedirects } from '../limits.js';
import { authorizationHint } from './authorization-hint.js';
import { diagnose, type Diagnosis } from './diagnosis.js';
import { TimeUp } from './errand.js';
import { Exchanges } from './exchanges.js';
import { McpConnection, type Target } from './mcp-connection.js';
import { locked, portraitOf, silentAboutTools, usable, type Portrait } from './outcome.js';
import { secretsOf } from './told.js';
import { readToolList, UnusableList } from './tool-list.js';

/** A visit to a server, and the time for it. */
interface Errand {
  target: Target;
  exchanges: Exchanges;
  signal: AbortSignal;
}

/** MCP servers of the world outside: what there is to know of one by talking to it. */
@Injectable()
export class McpProber {
  private readonly logger = new Logger(McpProber.name);

  constructor(private readonly egress: Egress) {}

  /**
   * Shakes hands with a server and lists its tools. Whatever the server does is answered, and so is a signal that
   * aborts because the time is up (`TimeUp`).
   * @throws the signal's reason, when that is another
   */
  async probe(target: Target, signal: AbortSignal): Promise<ServerTest> {
    const { egress } = this;
    const exchanges = new Exchanges(egress.fetchWithin({ signal, maxBytes, maxRedirects }));
    const errand: Errand = { target, exchanges, signal };
    const startedMs = performance.now();
    let connection: McpConnection;
    try {
      const enough = AbortSignal.any([signal, exchanges.spent]);
      connection = await McpConnection.open({ target, exchanges, egress, signal: enough });
    } catch (error) {
      const diagnosis = diagnosed(errand, error);
      return diagnosis.status === 'error' ? diagnosis : lockedOut(errand, diagnosis);
    }
    const portrait = portraitOf(connection, Math.round(performance.now() - startedMs));
    try {
      return await this.withTools(errand, connection, portrait);
    } finally {
      await connection.end();
    }
  }

  private async withTools(
    errand: Errand,
    connection: McpConnection,
    portrait: Portrait,
  ): Promise<ServerTest> {
    if (!connection.hasTools) return usable(portrait, { tools: [], unusable: 0, more: false });
    try {
      const list = await readToolList((cursor) => connection.listTools(cursor));
      if (list.unusable > 0) {
        this.logger.warn(`left out ${list.unusable} tools of ${errand.target.endpoint.host}: unusable names`);
      }
      return usable(portrait, list);
    } catch (error) {
      if (error instanceof UnusableList) return silentAboutTools(portrait, error.message);
      const diagnosis = diagnosed(errand, error);
      if (diagnosis.status === 'error') return silentAboutTools(portrait, diagnosis.message);
      return { ...portrait, ...(await lockedOut(errand, diagnosis)) };
    }
  }
}

async function lockedOut(
  { target, exchanges, signal }: Errand,
  { message, challenge }: Extract<Diagnosis, { status: 'auth_required' }>,
): Promise<ServerTest> {
  return locked(message, await authorizationHint(target.endpoint, challenge, exchanges.fetch, signal));
}

/** @throws the signal's reason, when the caller has left */
function diagnosed({ target, exchanges, signal }: Errand, error: unknown): Diagnosis {
  const cause: unknown = signal.aborted ? signal.reason : error;
  if (signal.aborted && !(cause instanceof TimeUp)) throw cause;
  return diagnose({ exchanges: exchanges.list, error: cause, secrets: secretsOf(target) });
}
