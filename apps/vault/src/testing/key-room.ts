import { randomBytes } from 'node:crypto';
import { createDataSource, migrate } from '@hawser/persistence';
import type { DataSource } from 'typeorm';
import { vaultDatabase } from '../database/database.js';
import { DataKeyRepository } from '../keys/data-key.repository.js';
import { DataKeys } from '../keys/data-keys.js';
import { KeyCheck } from '../keys/key-check.js';
import { KeyEncryption } from '../keys/key-encryption.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeyRotation } from '../keys/key-rotation.js';
import type { SecretField } from '../secrets/secret.entity.js';
import { SecretRepository } from '../secrets/secret.repository.js';
import { Secrets, type SecretOwner } from '../secrets/secrets.js';

/** An entry of HAWSER_MASTER_KEYS that nobody else has. */
export function masterKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** The keys and secrets of the vault as one process has them, with connections and a key ring of its own. */
export class KeyRoom {
  private readonly rows = new DataKeyRepository(this.dataSource);
  readonly encryption = new KeyEncryption(KeyRing.parse(this.keys));
  readonly secrets = new Secrets(
    new SecretRepository(this.dataSource),
    new DataKeys(this.rows, this.encryption),
    this.rows,
    this.encryption,
  );
  readonly rotation = new KeyRotation(this.rows, this.encryption);
  readonly check = new KeyCheck(this.rows, this.encryption);

  private constructor(
    readonly dataSource: DataSource,
    private readonly keys: string,
  ) {}

  /** @param keys as HAWSER_MASTER_KEYS has them */
  static async open(url: string, keys: string): Promise<KeyRoom> {
    await migrate(vaultDatabase(url));
    return new KeyRoom(await createDataSource(vaultDatabase(url)).initialize(), keys);
  }

  /** The same connections with another key ring. */
  with(keys: string): KeyRoom {
    return new KeyRoom(this.dataSource, keys);
  }

  put(owner: SecretOwner, values: Partial<Record<SecretField, string | null>>): Promise<void> {
    return this.dataSource.transaction((manager) => this.secrets.put(manager, owner, values));
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql, parameters);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}
