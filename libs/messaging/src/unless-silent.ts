import { setTimeout as delay } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { stackOf } from './stack-of.js';

/** How long someone who is leaving waits for a word of the server. Longer means that it is away, and nobody is waiting. */
const serverSilenceMs = 2_000;

/** Resolves with the server's confirmation, and also without: a server that is away must not hold up a shutdown. */
export async function unlessSilent(confirmation: Promise<void>, logger: LoggerService): Promise<void> {
  const patience = new AbortController();
  const silence = delay(serverSilenceMs, undefined, { signal: patience.signal });
  await Promise.race([confirmation, silence]).catch((error: unknown) => void logger.warn(stackOf(error)));
  patience.abort();
  await silence.catch(() => undefined);
}
