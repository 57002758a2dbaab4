import { isIP } from 'node:net';
import { EgressError, shown } from './errors.js';
import { withoutTrailingDots } from './names.js';
import type { EgressPolicy } from './policy.js';

const example = 'such as https://mcp.example.com/mcp';

/**
 * All that can be said of a URL without asking DNS: its scheme, that it names no user, its host.
 * @param url as a user wrote it
 * @returns the URL as it is going to be asked for: `http://0x7f.1` is `http://127.0.0.1` there
 * @throws EgressError address_refused, with what is wrong and what to do
 */
export function checkUrl(url: string, policy: EgressPolicy): URL {
  if (!URL.canParse(url)) throw refused(`the URL cannot be read: give a whole one, ${example}`);
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw refused(`${parsed.protocol} is not allowed: give an http or https URL, ${example}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw refused(
      `${shown(parsed)} is not allowed with a user or password in it: put credentials into headers`,
      parsed,
    );
  checkHost(parsed, policy);
  return parsed;
}

function checkHost(url: URL, policy: EgressPolicy): void {
  const host = hostOf(url);
  if (host === '') throw refused(`the URL names no host: give a whole one, ${example}`, url);
  try {
    if (isIP(host) === 0) policy.checkName(host);
    else policy.checkAddress(host);
  } catch (error) {
    throw error instanceof EgressError ? refused(error.message, url) : error;
  }
}

/** An address, or a name without its trailing dots. */
function hostOf({ hostname }: URL): string {
  const host = withoutTrailingDots(hostname);
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function refused(message: string, url?: URL): EgressError {
  return new EgressError('address_refused', message, { url });
}
