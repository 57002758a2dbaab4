import type { CompletedOAuth } from '@hawser/contracts/vault';

/** `returnTo`, with what became of the sign-in in its query; null where it is no address. */
export function returnAddress(returnTo: string, { outcome, credential_id }: CompletedOAuth): string | null {
  const url = URL.parse(returnTo);
  if (url === null) return null;
  const isConnected = outcome === 'connected';
  const told: Record<string, string | null> = {
    status: isConnected ? 'connected' : 'failed',
    credential_id,
    error: isConnected ? null : outcome,
  };
  for (const [name, value] of Object.entries(told)) {
    // Whatever the address says of its own accord, these three are ours.
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}
