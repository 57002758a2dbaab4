import { createSecretKey, type KeyObject } from 'node:crypto';
import { ServiceError } from '@hawser/contracts';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataKeyRepository } from '../keys/data-key.repository.js';
import { DataKeys } from '../keys/data-keys.js';
import { KeyEncryption } from '../keys/key-encryption.js';
import { openSecret, sealSecret } from './secret-cipher.js';
import { secretFields, type SecretEntity, type SecretField } from './secret.entity.js';
import { SecretRepository } from './secret.repository.js';

/** `ownerId`: a credential's id, `client:<provider>:<client id>`, or a flow's id. */
export interface SecretOwner {
  workspaceId: string;
  ownerId: string;
}

/** Of a credential, or of a flow. */
export function secretOwner({ workspace_id, id }: { workspace_id: string; id: string }): SecretOwner {
  return { workspaceId: workspace_id, ownerId: id };
}

/** A row of `secrets`, and what it has to be opened with. */
export interface SealedSecret extends SecretEntity {
  master_key_id: string;
  wrapped_key: Buffer;
}

/** The only way from plain text to the database, and back. */
@Injectable()
export class Secrets {
  private readonly logger = new Logger(Secrets.name);

  constructor(
    private readonly rows: SecretRepository,
    private readonly dataKeys: DataKeys,
    private readonly dataKeyRows: DataKeyRepository,
    private readonly encryption: KeyEncryption,
  ) {}

  /** Seals and writes. Null removes a field; what is not named stays as it is. */
  async put(
    manager: EntityManager,
    owner: SecretOwner,
    values: Partial<Record<SecretField, string | null>>,
  ): Promise<void> {
    const removed = secretFields.filter((field) => values[field] === null);
    if (removed.length > 0) await this.rows.delete(manager, owner, removed);
    const given = secretFields.flatMap((field) => {
      const value = values[field];
      return value === null || value === undefined ? [] : [{ field, value }];
    });
    if (given.length === 0) return;
    const { version, key } = await this.dataKeys.forSealing(manager, owner.workspaceId);
    try {
      const place = { workspace_id: owner.workspaceId, owner_id: owner.ownerId, key_version: version };
      const sealed = given.map(({ field, value }) => ({
        field,
        sealed: sealSecret(key, { ...place, field }, value),
      }));
      await this.rows.write(manager, owner, version, sealed);
    } finally {
      key.fill(0);
    }
  }

  /**
   * The fields that there are.
   * @throws ServiceError secret_encryption_unavailable one of them does not open
   */
  async read(owner: SecretOwner, manager?: EntityManager): Promise<Partial<Record<SecretField, string>>> {
    const rows = await this.rows.listOf(owner, manager);
    const values = await this.open(rows);
    return Object.fromEntries(rows.map(({ field }, index) => [field, values[index]]));
  }

  /** All fields of the owner. */
  async remove(manager: EntityManager, owner: SecretOwner): Promise<void> {
    await this.rows.delete(manager, owner, secretFields);
  }

  /** All secrets of a workspace, and then the keys that they were sealed with. */
  async removeAllOf(manager: EntityManager, workspaceId: string): Promise<void> {
    await this.rows.deleteAllOf(manager, workspaceId);
    await this.dataKeyRows.deleteAllOf(manager, workspaceId);
  }

  /**
   * For queries that join the two tables themselves. In the order given; each data key is unwrapped once.
   * @throws ServiceError secret_encryption_unavailable one of them does not open
   */
  async open(rows: readonly SealedSecret[]): Promise<string[]> {
    const keys = new Map<string, KeyObject>();
    for (const row of rows) {
      const name = nameOfKey(row);
      if (!keys.has(name)) keys.set(name, await this.unwrap(row));
    }
    return rows.map((row) => this.openRow(row, keys.get(nameOfKey(row))));
  }

  /** As an object, with which Node opens a text in a fifth of the time that it takes with the same key in a buffer. */
  private async unwrap(row: SealedSecret): Promise<KeyObject> {
    const place = { workspaceId: row.workspace_id, version: row.key_version };
    const key = await this.encryption.unwrap(row, place);
    try {
      return createSecretKey(key);
    } finally {
      key.fill(0);
    }
  }

  private openRow(row: SealedSecret, key: KeyObject | undefined): string {
    if (key === undefined) throw new Error('a secret was to be opened without its key');
    try {
      return openSecret(key, row, row.sealed);
    } catch {
      const { workspace_id, owner_id, field } = row;
      const what = `the ${field} of "${owner_id}" does not open: what is stored is not what was encrypted for it`;
      // Nothing that the service does leaves such a row behind.
      this.logger.error(`${what} (workspace ${workspace_id})`);
      throw new ServiceError('secret_encryption_unavailable', `${what}; store it again`, { owner_id, field });
    }
  }
}

const nameOfKey = ({ workspace_id, key_version }: SealedSecret): string => `${key_version} ${workspace_id}`;

/** That one secret does not open, while others of the workspace may well do. The error of a key names no owner. */
export function isOfOneSecret(error: unknown): boolean {
  return error instanceof ServiceError && 'owner_id' in error.details;
}
