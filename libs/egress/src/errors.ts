/** What went wrong on the way out; the message says it in words. */
export type EgressReason =
  'address_refused' | 'dns' | 'connection' | 'tls' | 'timeout' | 'redirect' | 'too_large' | 'protocol';

interface EgressErrorOptions {
  /** Where to; what is kept of it is `shown`. */
  url?: URL;
  cause?: unknown;
}

/** The message is for a person. It holds no header values and no query strings, which may be secret. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  /** Origin and path of what was asked for, where there was a URL. */
  readonly url?: string;

  constructor(
    readonly reason: EgressReason,
    message: string,
    { url, cause }: EgressErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    if (url !== undefined) this.url = shown(url);
  }
}

/** As much of a URL as may be shown: no user, no query, no fragment. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
