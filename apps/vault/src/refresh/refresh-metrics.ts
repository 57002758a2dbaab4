import { Counter } from 'prom-client';

/**
 * What became of a try: `renewed`; `expired`, the grant is dead; `refused`, somebody has to mend the client;
 * `unreachable`, the provider or the network; `superseded`, somebody else was quicker; `failed`, something of our own;
 * `lost`, the provider renewed it and what it answered could not be stored.
 */
export type RefreshResult =
  'renewed' | 'expired' | 'refused' | 'unreachable' | 'superseded' | 'failed' | 'lost';

const refreshes = new Counter({
  name: 'hawser_vault_refreshes_total',
  help: 'Tries to renew the access token of a credential',
  labelNames: ['outcome'] as const,
});

export function countRefresh(outcome: RefreshResult): void {
  refreshes.inc({ outcome });
}
