import { codesOf } from './codes.js';
import { EgressError, shown, type EgressReason } from './errors.js';

interface Failure {
  reason: EgressReason;
  /** Ends the sentence "https://mcp.example.com/mcp: …". */
  words: string;
}

const connection = (words: string): Failure => ({ reason: 'connection', words });
const tls = (words: string): Failure => ({ reason: 'tls', words });
const timeout = (words: string): Failure => ({ reason: 'timeout', words });
const protocol = (words: string): Failure => ({ reason: 'protocol', words });

const refusedConnection = connection(
  'the connection was refused: is the server running, and is this its port?',
);
const broken = connection('the connection broke off: try again later');
const unreachable = connection('there is no way to this host: check the address');
const selfSigned = tls('its certificate is signed by nobody known: install one of a public authority');
const unknownAuthority = tls(
  "its certificate's authority is not known: install one of a public authority, with the whole chain",
);
const noTls = tls(
  'it does not speak TLS, or no version in use: check the port, and whether http:// is meant',
);
const noHttp = protocol('the answer is not HTTP: check the port');
const connectTimeout = timeout('no connection in time: check the address and the port');

/** By code of Node, OpenSSL or undici. */
const known: ReadonlyMap<string, Failure> = new Map([
  ['ECONNREFUSED', refusedConnection],
  ['ECONNRESET', broken],
  ['EPIPE', broken],
  ['UND_ERR_SOCKET', broken],
  ['UND_ERR_ABORTED', broken],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', broken],
  ['ERR_STREAM_PREMATURE_CLOSE', broken],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['EADDRNOTAVAIL', unreachable],
  ['UND_ERR_DESTROYED', connection('nothing is sent any more: this program is stopping')],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned],
  ['SELF_SIGNED_CERT_IN_CHAIN', unknownAuthority],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT', unknownAuthority],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', unknownAuthority],
  ['CERT_UNTRUSTED', unknownAuthority],
  ['CERT_HAS_EXPIRED', tls('its certificate has expired: renew it')],
  ['CERT_NOT_YET_VALID', tls('its certificate is not valid yet: check the clocks')],
  ['CERT_REVOKED', tls('its certificate is revoked: install a new one')],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    tls('its certificate is for another name: check the URL, or the certificate'),
  ],
  ['EPROTO', noTls],
  ['ETIMEDOUT', connectTimeout],
  ['UND_ERR_CONNECT_TIMEOUT', connectTimeout],
  ['UND_ERR_HEADERS_TIMEOUT', timeout('no answer in time: try again later')],
  ['UND_ERR_BODY_TIMEOUT', timeout('the answer stopped coming: try again later')],
  // undici's parser mostly gives no code, and stumbles over a change of protocols that nobody asked for.
  ['HTTPParserError', noHttp],
  ['ERR_ASSERTION', noHttp],
  ['UND_ERR_HEADERS_OVERFLOW', protocol('the headers of the answer are too long')],
]);

/** Whole families of codes. */
const families: readonly [RegExp, Failure][] = [
  [
    /^ERR_SSL_.*(ALERT|UNRECOGNIZED_NAME)/,
    tls('it ended the TLS handshake: check the name, and whether it asks for a certificate of its clients'),
  ],
  [/^ERR_SSL_/, noTls],
  [/CERT|_CRL_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH/, tls('its certificate cannot be trusted')],
  [/^HPE_/, noHttp],
  [/^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/, protocol('the answer cannot be decompressed')],
];

/**
 * What a network error means to whoever asked for `url`: undici and Node tell it by codes, some of them in causes.
 * @returns `error` itself where it is an EgressError that names its URL
 */
export function egressErrorOf(error: unknown, url: URL): EgressError {
  if (error instanceof EgressError)
    return error.url === undefined
      ? new EgressError(error.reason, error.message, { url, cause: error })
      : error;
  const codes = codesOf(error);
  const { reason, words } = codes.map(failureOf).find((failure) => failure !== undefined) ?? unknown(codes);
  return new EgressError(reason, `${shown(url)}: ${words}`, { url, cause: error });
}

function failureOf(code: string): Failure | undefined {
  return known.get(code) ?? families.find(([pattern]) => pattern.test(code))?.[1];
}

function unknown([code = 'for no known reason']: string[]): Failure {
  return connection(`the connection failed (${code})`);
}
