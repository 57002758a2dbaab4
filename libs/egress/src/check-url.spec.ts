import fc from 'fast-check';
import { checkUrl } from './check-url.js';
import { EgressError } from './errors.js';
import { EgressPolicy } from './policy.js';
import { permittedUrls, refusedAddresses, refusedUrls } from './testing/addresses.js';
import { hostOfBytes } from './testing/notations.js';
import { isPublic, someBytes } from './testing/oracle.js';

const policy = EgressPolicy.allowing([]);

function refusal(url: string, by = policy): EgressError | undefined {
  try {
    checkUrl(url, by);
    return undefined;
  } catch (error) {
    if (error instanceof EgressError) return error;
    throw error;
  }
}

describe('the check of a URL', () => {
  it.each(refusedUrls)('refuses %j', (url) => {
    expect(refusal(url)).toMatchObject({ reason: 'address_refused' });
  });

  it.each(permittedUrls)('lets %j through, as URL reads it', (url) => {
    expect(checkUrl(url, policy).href).toBe(new URL(url).href);
  });

  it.each(refusedAddresses)('refuses %s as the host of a URL', (address) => {
    const host = address.includes(':') ? `[${address}]` : address;
    expect(refusal(`https://${host}:8443/mcp`)).toMatchObject({ reason: 'address_refused' });
  });

  it('agrees with a slower one, however an address is written', () => {
    fc.assert(
      fc.property(
        someBytes.chain((bytes) => fc.tuple(fc.constant(bytes), hostOfBytes(bytes))),
        ([bytes, host]) => {
          expect([host, refusal(`http://${host}/`) === undefined]).toEqual([host, isPublic(bytes)]);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('says what is wrong and what to do, and keeps to itself what may be secret', () => {
    const messages = [
      'http://10.0.0.1/mcp?key=SECRET#SECRET',
      'https://SECRET:SECRET@mcp.example.com/mcp?key=SECRET',
      'ftp://SECRET@example.com/?key=SECRET',
      'example.com/mcp?key=SECRET',
      'https://printer.local/mcp',
      'http://./SECRET/?key=SECRET',
    ].map((url) => refusal(url)?.message);
    expect(messages).toEqual([
      '10.0.0.1 is not allowed: private use (RFC 1918); use an address on the public internet, or have your operator ' +
        'add it to HAWSER_EGRESS_ALLOW',
      'https://mcp.example.com/mcp is not allowed with a user or password in it: put credentials into headers',
      'ftp: is not allowed: give an http or https URL, such as https://mcp.example.com/mcp',
      'the URL cannot be read: give a whole one, such as https://mcp.example.com/mcp',
      'printer.local is not allowed: a name of the local network (RFC 6762); use a name on the public internet',
      'the URL names no host: give a whole one, such as https://mcp.example.com/mcp',
    ]);
  });

  it('tells which URL it was by origin and path', () => {
    expect(refusal('http://10.0.0.1:81/mcp?key=SECRET')?.url).toBe('http://10.0.0.1:81/mcp');
  });

  it('makes the exceptions of the operator', () => {
    const local = EgressPolicy.allowing(['127.0.0.1/32']);
    for (const url of ['http://127.1:8080/', 'http://localhost:8080/', 'http://a.localhost./'])
      expect(checkUrl(url, local).href).toBe(new URL(url).href);
    for (const url of [
      'http://127.0.0.2/',
      'http://[::1]/',
      'http://[::ffff:127.0.0.1]/',
      'http://a@127.0.0.1/',
    ])
      expect(refusal(url, local)).toMatchObject({ reason: 'address_refused' });
  });
});
