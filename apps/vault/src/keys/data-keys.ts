import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DataKeyRepository, type DataKeyRow } from './data-key.repository.js';
import { keyBytes } from './envelope.js';
import { KeyEncryption } from './key-encryption.js';

/** How long a data key seals. Random nonces are good for 2³² texts a key (NIST SP 800-38D, 8.3): 136 a second. */
const maxAgeDays = 365;

export interface SealingKey {
  version: number;
  /** Whoever asked for it zeroes it after use. */
  key: Buffer;
}

@Injectable()
export class DataKeys {
  constructor(
    private readonly rows: DataKeyRepository,
    private readonly encryption: KeyEncryption,
  ) {}

  /** The workspace's newest key; made where there is none yet, or where it has sealed for long enough. */
  async forSealing(manager: EntityManager, workspaceId: string): Promise<SealingKey> {
    const newest = await this.rows.findNewest(manager, workspaceId, maxAgeDays);
    if (newest?.fresh === true) return this.open(workspaceId, newest);
    const made = await this.make(manager, workspaceId, (newest?.version ?? 0) + 1);
    if (made !== undefined) return made;
    const others = await this.rows.findNewest(manager, workspaceId, maxAgeDays);
    if (others === undefined) throw new Error(`the data key of ${workspaceId} vanished while it was made`);
    return this.open(workspaceId, others);
  }

  private async open(workspaceId: string, row: DataKeyRow): Promise<SealingKey> {
    const { version } = row;
    return { version, key: await this.encryption.unwrap(row, { workspaceId, version }) };
  }

  /** Undefined when somebody else was first. */
  private async make(
    manager: EntityManager,
    workspaceId: string,
    version: number,
  ): Promise<SealingKey | undefined> {
    const key = randomBytes(keyBytes);
    const wrapped = await this.encryption.wrap(key, { workspaceId, version });
    const row = { workspace_id: workspaceId, version, ...wrapped };
    if (await this.rows.addUnlessThere(manager, row)) return { version, key };
    key.fill(0);
    return undefined;
  }
}
