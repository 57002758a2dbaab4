import { ServiceError } from '@hawser/contracts';

/**
 * Where a program on the user's own machine listens (RFC 8252, section 7.3). The text is looked at as it is: a URL
 * parser would also take 127.1, 0x7f.0.0.1, a tab in the middle, or a backslash for a slash.
 */
const loopbackLiteral =
  /^http:\/\/(?:127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
const maxPort = 65_535;

/** Where browsers may be sent: an address is one of these, character by character, or it is refused. */
export class RedirectAllowList {
  private readonly listed: ReadonlySet<string>;

  constructor(listed: readonly string[]) {
    this.listed = new Set(listed);
  }

  /**
   * For what a provider is told; the code goes there.
   * @param callbackUrl Hawser's own
   * @throws ServiceError validation_failed
   */
  requireRedirectUri(uri: string, callbackUrl: string): void {
    if (uri === callbackUrl || this.listed.has(uri) || isLoopback(uri)) return;
    throw ServiceError.invalid(
      'redirect_uri',
      `must be ${callbackUrl}, one of HAWSER_REDIRECT_ALLOW, or http://127.0.0.1 or http://[::1] with a port and a path, ` +
        'character by character',
      uri,
    );
  }

  /**
   * For where the callback sends the browser when all is done.
   * @throws ServiceError validation_failed
   */
  requireReturnTo(url: string): void {
    if (this.listed.has(url)) return;
    throw ServiceError.invalid(
      'return_to',
      'must be one of HAWSER_REDIRECT_ALLOW, character by character',
      url,
    );
  }
}

function isLoopback(uri: string): boolean {
  const [, port] = loopbackLiteral.exec(uri) ?? [];
  return port !== undefined && Number(port) <= maxPort;
}
