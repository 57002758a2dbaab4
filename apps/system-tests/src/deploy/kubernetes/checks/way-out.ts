import { BlockList, isIP } from 'node:net';
import { EgressPolicy } from '@hawser/egress';
import { ofKind, titleOf, workloadsOf, type Manifest } from '../manifest.js';
import { selects } from '../selectors.js';

/** Who has business on the internet: probes, the vault at authorization servers, and the gateway with an OIDC issuer. */
const withBusiness = ['gateway', 'vault', 'probe'];
const wall = 'to-internet';

/** The first IPv4 address of every eighth /16, ends of the ranges that these miss, and the same for IPv6. */
const samples: readonly string[] = [
  ...Array.from({ length: 8_192 }, (_, index) => `${index >> 5}.${(index & 31) << 3}.0.0`),
  ...['1.1.1.1', '9.255.255.255', '10.255.255.255', '100.63.255.255', '100.127.255.255', '126.255.255.255'],
  ...['127.0.0.1', '168.63.129.15', '168.63.129.16', '168.63.129.17', '169.253.255.255', '169.254.169.254'],
  ...['169.255.0.0', '172.15.255.255', '172.31.255.255', '192.0.0.8', '192.0.1.0', '192.0.2.1', '192.0.3.0'],
  ...['192.88.98.255', '192.88.99.1', '192.88.100.0', '192.167.255.255', '192.168.1.1', '198.17.255.255'],
  ...['198.18.0.0', '198.19.255.255', '198.20.0.0', '198.51.100.1', '198.51.101.0', '203.0.113.1'],
  ...['203.0.114.0', '223.255.255.255', '255.255.255.255'],
  ...[
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'fc00::1',
    'fd00::1',
    'fe80::1',
    'ff02::1',
    '1fff::1',
    '4000::1',
  ],
  ...[
    '2000::1',
    '2001::1',
    '2001:1ff::1',
    '2001:200::1',
    '2001:db7::1',
    '2001:db8::1',
    '2001:db9::1',
    '2001:4860::8888',
  ],
  ...[
    '2002::1',
    '2002:ffff::1',
    '2003::1',
    '2606:4700::1111',
    '3ffe::1',
    '3fff::1',
    '3fff:fff::1',
    '3fff:1000::1',
  ],
];

/** Where libs/egress goes without any exception. */
const isPublic = (address: string): boolean => {
  try {
    EgressPolicy.allowing([]).checkAddress(address);
    return true;
  } catch {
    return false;
  }
};
const verdicts = new Map(samples.map((address) => [address, isPublic(address)]));

/** Only who has business there reaches the internet, and probes reach the same addresses as libs/egress lets them. */
export function wayOutFits(manifests: Manifest[]): string[] {
  const policies = ofKind(manifests, 'NetworkPolicy');
  const probe = policies.find(({ metadata }) => metadata?.name === wall);
  return [
    ...policies.flatMap((policy) => strangers(policy, manifests)),
    ...(probe === undefined ? [`there is no NetworkPolicy ${wall}`] : gaps(probe)),
  ];
}

type Policy = ReturnType<typeof ofKind<'NetworkPolicy'>>[number];

function strangers(policy: Policy, manifests: Manifest[]): string[] {
  const reaches = reach(policy);
  if (!reaches('1.1.1.1') && !reaches('2606:4700::1111')) return [];
  return workloadsOf(manifests)
    .filter(
      ({ name, labels }) => !withBusiness.includes(name) && selects(policy.spec?.podSelector ?? {}, labels),
    )
    .map(({ title }) => `${titleOf(policy)}: lets ${title} to the internet`);
}

function gaps(policy: Policy): string[] {
  const reaches = reach(policy);
  const wrong = [...verdicts].filter(([address, allowed]) => reaches(address) !== allowed);
  return wrong
    .slice(0, 3)
    .map(([address, allowed]) =>
      allowed
        ? `${titleOf(policy)}: keeps probes from ${address}, to which libs/egress lets them`
        : `${titleOf(policy)}: lets probes to ${address}, from which libs/egress keeps them`,
    );
}

/** Tells of an address whether a policy lets pods out to it. */
function reach({ spec }: Policy): (address: string) => boolean {
  const blocks = (spec?.egress ?? [])
    .flatMap(({ to = [] }) => to)
    .flatMap(({ ipBlock }) => ipBlock ?? [])
    .map(({ cidr, except = [] }) => ({ within: listOf([cidr]), without: listOf(except) }));
  return (address) => {
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    return blocks.some(
      ({ within, without }) => within.check(address, family) && !without.check(address, family),
    );
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
