import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** For one try to renew a credential: the call upstream, which is given up sooner, and storing what came of it. */
export const leaseMs = 10_000;

/** The right to renew a credential, until `leaseMs` after it was asked for. */
export interface RefreshLease {
  workspaceId: string;
  credentialId: string;
  /** Of this try alone: nobody can give back somebody else's. */
  owner: string;
  /** When it was asked for, on the clock of `performance.now()`. */
  sinceMs: number;
}

/** Rows, and no lock: a process that holds one needs no connection for it, and one that dies leaves nothing behind but time. */
@Injectable()
export class RefreshLeaseRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The lease, if nobody has it; one whose time is over is taken over. */
  async acquire(workspaceId: string, credentialId: string): Promise<RefreshLease | undefined> {
    const owner = randomBytes(16).toString('base64url');
    const sinceMs = performance.now();
    const taken = await this.dataSource.query<unknown[]>(
      `INSERT INTO refresh_leases AS held (workspace_id, credential_id, owner, held_until)
       SELECT $1, $2, $3, now() + make_interval(secs => $4) FROM credentials WHERE workspace_id = $1 AND id = $2
       ON CONFLICT (workspace_id, credential_id)
         DO UPDATE SET owner = EXCLUDED.owner, held_until = EXCLUDED.held_until WHERE held.held_until < now()
       RETURNING owner`,
      [workspaceId, credentialId, owner, leaseMs / 1_000],
    );
    return taken.length === 0 ? undefined : { workspaceId, credentialId, owner, sinceMs };
  }

  async release({ workspaceId, credentialId, owner }: RefreshLease): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM refresh_leases WHERE workspace_id = $1 AND credential_id = $2 AND owner = $3`,
      [workspaceId, credentialId, owner],
    );
  }

  /** Of processes that died, where nobody has taken them over. */
  async removeLapsed(): Promise<void> {
    await this.dataSource.query(`DELETE FROM refresh_leases WHERE held_until < now() - interval '1 hour'`);
  }
}
