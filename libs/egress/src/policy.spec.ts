import fc from 'fast-check';
import { EgressError } from './errors.js';
import { EgressPolicy } from './policy.js';
import { permittedAddresses, refusedAddresses } from './testing/addresses.js';
import { isPublic, someBytes, textOf } from './testing/oracle.js';

const policy = EgressPolicy.allowing([]);

function messageOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: 'EgressError', reason: 'address_refused' });
    return (error as EgressError).message;
  }
}

const refusal = (address: string, by = policy): string | undefined =>
  messageOf(() => by.checkAddress(address));
const allowed = (address: string, networks: string[]): boolean =>
  refusal(address, EgressPolicy.allowing(networks)) === undefined;

describe('the policy', () => {
  it('has been asked about enough', () => {
    expect(new Set(refusedAddresses).size).toBeGreaterThanOrEqual(60);
    expect(new Set(permittedAddresses).size).toBeGreaterThanOrEqual(20);
  });

  it.each(refusedAddresses)('refuses %s', (address) => {
    expect(refusal(address)).toMatch(/ is not allowed: /);
  });

  it.each(permittedAddresses)('lets %s through', (address) => {
    expect(refusal(address)).toBeUndefined();
  });

  it.each([
    '',
    'example.com',
    '127.1',
    '0x7f.0.0.1',
    '010.8.8.8',
    '8.8.8.8%eth0',
    '2606:4700::1111%eth0',
    '[::1]',
  ])('refuses %j, which is no address as resolvers write them', (text) => {
    expect(refusal(text)).toMatch(/no IP address/);
  });

  it('says which address, why, and what to do', () => {
    const advice =
      'use an address on the public internet, or have your operator add it to HAWSER_EGRESS_ALLOW';
    expect([
      refusal('10.0.0.1'),
      refusal('169.254.169.254'),
      refusal('255.255.255.255'),
      refusal('::1'),
      refusal('64:ff9b::a00:1'),
      refusal('4000::1'),
    ]).toEqual([
      `10.0.0.1 is not allowed: private use (RFC 1918); ${advice}`,
      `169.254.169.254 is not allowed: link-local, where clouds keep their metadata (RFC 3927); ${advice}`,
      `255.255.255.255 is not allowed: broadcast (RFC 919); ${advice}`,
      `::1 is not allowed: loopback (RFC 4291); ${advice}`,
      `64:ff9b::a00:1 is not allowed: it is translated to 10.0.0.1, private use (RFC 1918); ${advice}`,
      `4000::1 is not allowed: not given to hosts on the internet (RFC 4291); ${advice}`,
    ]);
  });

  it('refuses a name for a single one of its addresses', () => {
    const check = (...addresses: string[]): string | undefined =>
      messageOf(() => policy.checkResolved('mcp.example.com', addresses));
    expect(check(...permittedAddresses)).toBeUndefined();
    for (const mixed of [
      ['10.0.0.1'],
      ['8.8.8.8', '10.0.0.1'],
      ['10.0.0.1', '8.8.8.8'],
      ['8.8.8.8', '10.0.0.1', '::1'],
    ])
      expect(check(...mixed)).toMatch(
        /^mcp\.example\.com is not allowed: it resolves to an address of this kind: private use \(RFC 1918\); /,
      );
  });

  it('agrees with a slower one about any address', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        expect(refusal(textOf(bytes)) === undefined).toBe(isPublic(bytes));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('exceptions to the policy', () => {
  it('hold for the network that is named, and for no other', () => {
    const networks = ['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1/32'];
    const open = ['10.1.0.0', '10.1.255.255', 'fd00:1::', 'fd00:1:ffff::1', '127.0.0.1', '64:ff9b::10.1.0.1'];
    const closed = [
      '10.0.255.255',
      '10.2.0.0',
      'fd00:2::',
      '127.0.0.2',
      '::1',
      '::ffff:10.1.0.1',
      '::ffff:127.0.0.1',
    ];
    expect(open.filter((address) => !allowed(address, networks))).toEqual([]);
    expect(closed.filter((address) => allowed(address, networks))).toEqual([]);
    expect(allowed('10.0.0.1', ['::/0'])).toBe(false);
    expect(allowed('fd00::1', ['0.0.0.0/0'])).toBe(false);
  });

  it('open localhost where they hold one of its addresses, and then only that one', () => {
    const open = (...networks: string[]): string[] | string | undefined => {
      const by = EgressPolicy.allowing(networks);
      return messageOf(() => by.checkName('localhost')) ?? by.openLoopbacks();
    };
    expect(open('127.0.0.1/32')).toEqual(['127.0.0.1']);
    expect(open('::1/128')).toEqual(['::1']);
    expect(open('127.0.0.0/8', '::/0')).toEqual(['127.0.0.1', '::1']);
    for (const elsewhere of [[], ['127.0.0.2/32'], ['10.0.0.0/8']])
      expect(open(...elsewhere)).toBe(
        'localhost is not allowed: this machine (RFC 6761); use a name on the public internet, or have your operator ' +
          'add 127.0.0.1/32 to HAWSER_EGRESS_ALLOW',
      );
  });

  it('open no other name that is closed', () => {
    const by = EgressPolicy.allowing(['0.0.0.0/0', '::/0']);
    expect(messageOf(() => by.checkName('a.localhost'))).toBeUndefined();
    for (const name of ['printer.local', 'db.internal', 'DB.INTERNAL'])
      expect(messageOf(() => by.checkName(name))).toMatch(
        / is not allowed: a name of .+; use a name on the public/,
      );
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0/8',
    'fd00::/129',
    'localhost',
    '10.0.0.0/8/8',
    'fe80::1%eth0/64',
  ])('are refused when they are no networks: %j', (text) => {
    expect(() => EgressPolicy.allowing([text])).toThrow(
      'is no network: give one such as 10.0.0.0/8 or fd00::/8',
    );
  });
});
