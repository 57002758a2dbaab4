import { ConfigError } from '@hawser/runtime';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataKeyRepository, type DataKeyRow } from './data-key.repository.js';
import { KeyEncryption } from './key-encryption.js';

/** Of each master key. One row that has been damaged must not look like a wrong key. */
const samplesTried = 3;

/** Opens what the database holds before the service answers anything: a ring that lacks a key ends the start. */
@Injectable()
export class KeyCheck implements OnModuleInit {
  private readonly logger = new Logger(KeyCheck.name);

  constructor(
    private readonly rows: DataKeyRepository,
    private readonly encryption: KeyEncryption,
  ) {}

  async onModuleInit(): Promise<void> {
    const others = (await this.check()).filter((id) => id !== this.encryption.activeKeyId);
    if (others.length === 0) return;
    const [listed, them] = [others.map((id) => `"${id}"`).join(', '), others.length === 1 ? 'it' : 'them'];
    this.logger.log(
      `there are data keys under ${listed}: keep ${them} in HAWSER_MASTER_KEYS until rotate-keys has run`,
    );
  }

  /**
   * The ids of the master keys that data keys are under.
   * @throws ConfigError one of them is missing, or is another key by the same id: which, who needs it, what to do
   */
  async check(): Promise<string[]> {
    const samples = Map.groupBy(await this.rows.listSamples(samplesTried), (row) => row.master_key_id);
    for (const [id, rows] of samples) {
      if (!(await this.opensOne(rows))) throw await this.refusal(id);
    }
    return [...samples.keys()];
  }

  private async opensOne(rows: readonly DataKeyRow[]): Promise<boolean> {
    for (const row of rows) {
      const place = { workspaceId: row.workspace_id, version: row.version };
      const key = await this.encryption.unwrap(row, place).catch(() => undefined);
      key?.fill(0);
      if (key !== undefined) return true;
    }
    return false;
  }

  private async refusal(id: string): Promise<ConfigError> {
    const workspaces = await this.rows.countWorkspaces(id);
    const needed = `the secrets of ${workspaces} workspace${workspaces === 1 ? '' : 's'} need it`;
    return new ConfigError(
      this.encryption.has(id)
        ? `HAWSER_MASTER_KEYS must have the key "${id}" as it was, and not another one by this id: ${needed}`
        : `HAWSER_MASTER_KEYS must have the key "${id}": ${needed}; put it back behind the active one, ` +
            'and take it away only after rotate-keys has run',
    );
  }
}
