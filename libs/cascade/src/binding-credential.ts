import type { BindingRow, CredentialType } from './rows.js';
import type { MergedServer } from './merged-server.js';
import type { Sources } from './sources.js';

/** Rule 8: where a binding's credential goes. */
export interface Slot {
  readonly binding: BindingRow;
  readonly credentialId: string;
  readonly field: 'headers' | 'env_json';
  /** Of the header or variable; null if the binding names no variable. */
  readonly name: string | null;
}

const defaultKeyHeader = 'X-API-Key';

/** Null if no binding brings a credential that may go to the target. */
export function slotOf({ credential: binding, target }: Sources): Slot | null {
  if (binding === null || binding.credential_id === null) return null;
  const credentialId = binding.credential_id;
  return target.transport === 'stdio'
    ? { binding, credentialId, field: 'env_json', name: binding.env_var_name }
    : { binding, credentialId, field: 'headers', name: headerOf(binding) };
}

function headerOf({ cred_type, cred_header }: BindingRow): string {
  return cred_type === 'api_key' ? (cred_header ?? defaultKeyHeader) : 'Authorization';
}

/**
 * The server without what a binding's credential takes the place of, whether or not that credential can be used: an
 * agent that was given one of its own is not to fall back on everybody's.
 */
export function withoutBeaten(server: MergedServer): MergedServer {
  const slot = slotOf(server.sources);
  if (slot === null || slot.name === null) return server;
  const name = nameKey(slot, slot.name);
  const kept = server[partOf(slot)]?.filter((entry) => nameKey(slot, entry.name) !== name);
  return { ...server, [partOf(slot)]: kept ?? null };
}

/** The server with a value in the slot. */
export function withSlotFilled(server: MergedServer, slot: Slot, value: string): MergedServer {
  if (slot.name === null) return server;
  const entry = { name: slot.name, value, origin: { tier: 'agent', id: slot.binding.id } } as const;
  return { ...server, [partOf(slot)]: [...(server[partOf(slot)] ?? []), entry] };
}

const partOf = ({ field }: Slot): 'headers' | 'env' => (field === 'headers' ? 'headers' : 'env');

/** Header names compare without case (RFC 9110, 5.1). */
const nameKey = ({ field }: Slot, name: string): string => (field === 'headers' ? name.toLowerCase() : name);

/** Basic: RFC 7617, `user:password` in UTF-8. Bearer: RFC 6750. */
export function headerValue(type: CredentialType, secret: string): string {
  switch (type) {
    case 'bearer':
      return `Bearer ${secret}`;
    case 'basic':
      return `Basic ${base64(secret)}`;
    case 'api_key':
      return secret;
  }
}

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
