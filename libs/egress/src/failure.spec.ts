import { EgressError } from './errors.js';
import { egressErrorOf } from './failure.js';

const url = new URL('https://mcp.example.com/mcp?key=SECRET#SECRET');
const withCode = (code: string): Error => Object.assign(new Error('SECRET'), { code });
const reasonOf = (error: unknown): string => egressErrorOf(error, url).reason;

describe('a network error', () => {
  it.each([
    ['connection', ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'UND_ERR_SOCKET']],
    [
      'tls',
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ],
    [
      'tls',
      [
        'CERT_HAS_EXPIRED',
        'CERT_NOT_YET_VALID',
        'CERT_REVOKED',
        'ERR_TLS_CERT_ALTNAME_INVALID',
        'CERT_REJECTED',
      ],
    ],
    [
      'tls',
      [
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'EPROTO',
        'ERR_SSL_WRONG_VERSION_NUMBER',
        'INVALID_CA',
        'INVALID_PURPOSE',
      ],
    ],
    ['timeout', ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']],
    [
      'protocol',
      ['HPE_INVALID_CONSTANT', 'UND_ERR_HEADERS_OVERFLOW', 'Z_DATA_ERROR', 'ERR__ERROR_FORMAT_PADDING_1'],
    ],
    ['connection', ['ESOMETHING', 'UND_ERR_INFO']],
  ])('is one of %s: %j', (reason, codes) => {
    expect(codes.map((code) => [code, reasonOf(withCode(code))])).toEqual(
      codes.map((code) => [code, reason]),
    );
  });

  it('is known by what caused it, and by what it consists of', () => {
    expect(reasonOf(new TypeError('fetch failed', { cause: withCode('EPROTO') }))).toBe('tls');
    expect(reasonOf(new AggregateError([withCode('EUNKNOWN'), withCode('CERT_HAS_EXPIRED')]))).toBe('tls');
    expect(reasonOf('what is this')).toBe('connection');
    expect(egressErrorOf(withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), url).message).toMatch(
      /whether it asks for a certificate of its clients$/,
    );
  });

  it('says where and what in words, and nothing that may be secret', () => {
    const error = egressErrorOf(withCode('CERT_HAS_EXPIRED'), url);
    expect({ ...error, message: error.message }).toEqual({
      name: 'EgressError',
      reason: 'tls',
      url: 'https://mcp.example.com/mcp',
      message: 'https://mcp.example.com/mcp: its certificate has expired: renew it',
    });
    expect(egressErrorOf(withCode('ESOMETHING'), url).message).toBe(
      'https://mcp.example.com/mcp: the connection failed (ESOMETHING)',
    );
  });

  it('that is told already stays as it is, and learns where it was', () => {
    const told = new EgressError('address_refused', 'not there');
    expect(egressErrorOf(told, url)).toMatchObject({
      ...told,
      message: 'not there',
      url: 'https://mcp.example.com/mcp',
    });
    const elsewhere = new EgressError('redirect', 'not there', {
      url: new URL('https://other.example.com/'),
    });
    expect(egressErrorOf(elsewhere, url)).toBe(elsewhere);
  });
});
