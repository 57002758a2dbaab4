import { slotOf, withoutBeaten } from './binding-credential.js';
import type { CredentialNeeds } from './credentials.js';
import type { MergedServer } from './merged-server.js';
import { NamedCredentials } from './named-credentials.js';
import { changeTemplates } from './template-places.js';
import { isCredentialName } from './templates.js';

/** What the vault must be asked for to fill servers: nothing that rule 3 withholds, or that would not be looked at. */
export function needsOfServers(servers: readonly MergedServer[]): CredentialNeeds {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const server of servers) {
    const slot = slotOf(server.sources);
    if (slot !== null) ids.add(slot.credentialId);
    addNames(server, names);
  }
  return { ids: [...ids].sort(), names: [...names].sort() };
}

function addNames(server: MergedServer, found: Set<string>): void {
  const named = new NamedCredentials();
  changeTemplates(withoutBeaten(server), ({ names }, { cutOff }) => {
    for (const name of names) if (!cutOff && isCredentialName(name) && named.take(name)) found.add(name);
    return null;
  });
}
