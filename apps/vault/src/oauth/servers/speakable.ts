const maxLength = 200;
/** Nothing that a person reads is so long without a blank; codes and tokens are. */
const longRun = /[\w~+/=.%-]{32,}/g;
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+/gu;

/**
 * A text of a server's, fit to be shown and kept: short, printable, and without what was secret in the request.
 * @param secrets of the request; each is looked for as it is, and as it is in a URL, in Base64 and in hexadecimal
 */
export function speakable(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret !== '')
    .flatMap(spellingsOf)
    .sort((a, b) => b.length - a.length);
  const withoutSecrets = known.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  const printable = withoutSecrets.replace(longRun, '…').replace(unprintable, ' ').replace(/ +/g, ' ').trim();
  // PostgreSQL keeps no half of a character.
  return printable.length <= maxLength ? printable : `${printable.slice(0, maxLength).toWellFormed()}…`;
}

/** Some quote the request as it came, header and body. Base64 without its padding is in the one with it, too. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}
