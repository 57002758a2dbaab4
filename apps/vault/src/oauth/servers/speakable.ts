const maxLength = 200;
/** Nothing that a person reads is so long without a blank; codes and tokens are. */
const longRun = /[\w~+/=.-]{32,}/g;
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+/gu;

/**
 * A text of a server's, fit to be shown and kept: short, printable, and without what was secret in the request.
 * @param secrets of the request; each is looked for as it is, and as it is in a URL
 */
export function speakable(text: string, secrets: readonly string[]): string {
  const known = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length);
  const withoutSecrets = known.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  const printable = withoutSecrets.replace(longRun, '…').replace(unprintable, ' ').replace(/ +/g, ' ').trim();
  return printable.length <= maxLength ? printable : `${printable.slice(0, maxLength)}…`;
}
