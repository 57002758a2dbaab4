import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface CredentialUse {
  workspace_id: string;
  credential_id: string;
}

/** In one order, so that two replicas never wait for each other in a circle; what another has just noted stays. */
const noteAll = new PreparedQuery(
  'note-last-uses',
  `INSERT INTO credential_uses (workspace_id, credential_id, last_used_at)
   SELECT c.workspace_id, c.id, now() FROM unnest($1::text[], $2::text[]) AS u (workspace_id, credential_id)
   JOIN credentials c ON c.workspace_id = u.workspace_id AND c.id = u.credential_id
   ORDER BY c.workspace_id, c.id
   ON CONFLICT (workspace_id, credential_id) DO UPDATE SET last_used_at = excluded.last_used_at
   WHERE credential_uses.last_used_at <= excluded.last_used_at - interval '1 minute'`,
);

@Injectable()
export class LastUseRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** That they are used now; those deleted meanwhile are passed over. */
  async note(uses: readonly CredentialUse[]): Promise<void> {
    await noteAll.run(this.dataSource, [
      uses.map(({ workspace_id }) => workspace_id),
      uses.map(({ credential_id }) => credential_id),
    ]);
  }
}
