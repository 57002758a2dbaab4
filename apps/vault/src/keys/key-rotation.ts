import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  DataKeyRepository,
  type DataKeyCounts,
  type DataKeyRow,
  type RewrappedKey,
} from './data-key.repository.js';
import { KeyEncryption } from './key-encryption.js';

/** Rows that are read, rewrapped and replaced at a time. */
const batchSize = 100;

export interface KeyRotationCounts extends DataKeyCounts {
  rewrapped: number;
}

export interface KeyRotationOptions {
  /** Ends it after the batch in hand. */
  signal?: AbortSignal;
  /** Gets a line for a person after each batch. */
  log?: (line: string) => void;
}

/** Moves data keys under the active master key. Nothing that they sealed is touched, and every read goes on. */
@Injectable()
export class KeyRotation {
  private readonly logger = new Logger(KeyRotation.name);

  constructor(
    private readonly rows: DataKeyRepository,
    private readonly encryption: KeyEncryption,
  ) {}

  /** Those of one workspace, in the caller's transaction. */
  async rotate(manager: EntityManager, workspaceId: string): Promise<KeyRotationCounts> {
    const active = this.encryption.activeKeyId;
    const keys = await this.rewrap(await this.rows.listToRewrap(manager, workspaceId, active));
    const rewrapped = await this.rows.replace(keys, manager);
    return { ...(await this.rows.count(active, workspaceId, manager)), rewrapped };
  }

  /**
   * Those of all workspaces. It may be ended at any time, and run again: what has been moved is not moved twice. A key
   * that does not open is logged, and counted among those that remain.
   */
  async rotateAll({ signal, log }: KeyRotationOptions = {}): Promise<KeyRotationCounts> {
    const active = this.encryption.activeKeyId;
    const { remaining: due } = await this.rows.count(active);
    let rewrapped = 0;
    let after: DataKeyRow | undefined;
    while (signal?.aborted !== true) {
      const batch = await this.rows.pageToRewrap(active, after, batchSize);
      after = batch.at(-1);
      if (after === undefined) break;
      rewrapped += await this.rows.replace(await this.rewrap(batch));
      log?.(`${rewrapped} of ${due} data keys moved under the master key "${active}"`);
    }
    return { ...(await this.rows.count(active)), rewrapped };
  }

  /** No connection is held meanwhile: it may take as long as a key management service does. */
  private async rewrap(rows: readonly DataKeyRow[]): Promise<RewrappedKey[]> {
    const keys = await Promise.all(rows.map((row) => this.rewrapOne(row)));
    return keys.filter((key) => key !== undefined);
  }

  private async rewrapOne(from: DataKeyRow): Promise<RewrappedKey | undefined> {
    const place = { workspaceId: from.workspace_id, version: from.version };
    try {
      const key = await this.encryption.unwrap(from, place);
      try {
        return { from, to: await this.encryption.wrap(key, place) };
      } finally {
        key.fill(0);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.error(`data key ${from.version} of ${from.workspace_id} stays as it is: ${reason}`);
      return undefined;
    }
  }
}
