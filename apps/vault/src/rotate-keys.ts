import { createDataSource } from '@hawser/persistence';
import { createLogger, readEnvironment, variables } from '@hawser/runtime';
import { migrationVariables } from '@hawser/runtime/database';
import { Logger } from '@nestjs/common';
import { vaultDatabase } from './database/database.js';
import { DataKeyRepository } from './keys/data-key.repository.js';
import { KeyCheck } from './keys/key-check.js';
import { KeyEncryption } from './keys/key-encryption.js';
import { KeyRing } from './keys/key-ring.js';
import { KeyRotation } from './keys/key-rotation.js';

/**
 * Moves the data keys of all workspaces under the active master key, as a program of its own; exits 0 when none is left
 * under another one, else 1. It may be ended at any time and run again, and beside the service.
 */
rotateKeys(process.env).then(
  (done) => process.exit(done ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`hawser: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

async function rotateKeys(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const config = readEnvironment(environment, {
    ...migrationVariables,
    HAWSER_MASTER_KEYS: variables.masterKeys(),
  });
  const logger = createLogger({ service: 'vault-key-rotation', level: config.HAWSER_LOG_LEVEL });
  Logger.overrideLogger(logger);
  const log = (line: string): void => void logger.log(line, 'KeyRotation');
  const dataSource = await createDataSource(vaultDatabase(config.DATABASE_URL)).initialize();
  try {
    const rows = new DataKeyRepository(dataSource);
    const encryption = new KeyEncryption(KeyRing.parse(config.HAWSER_MASTER_KEYS));
    await new KeyCheck(rows, encryption).check();
    const rotation = new KeyRotation(rows, encryption);
    const { data_keys, rewrapped, remaining } = await rotation.rotateAll({ signal: askedToStop(), log });
    log(
      remaining === 0
        ? `done: all ${data_keys} data keys are under the master key "${encryption.activeKeyId}", ${rewrapped} moved now`
        : `not done: ${remaining} of ${data_keys} data keys are under other master keys; keep those, and run this again`,
    );
    return remaining === 0;
  } finally {
    await dataSource.destroy();
  }
}

function askedToStop(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
