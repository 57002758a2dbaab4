import { ofKind, titleOf, workloadsOf, type Manifest } from '../manifest.js';
import { selects } from '../selectors.js';

/** Where other namespaces' labels lead: to the gateway for its API, to every program for its metrics. */
const outsiders: Readonly<Record<string, string[]>> = {
  'hawser-api': ['gateway'],
  'hawser-metrics': ['gateway', 'directory', 'bindings', 'vault', 'probe'],
};

/** Nothing is reached that need not be, and only the gateway from outside. */
export function isolated(manifests: Manifest[]): string[] {
  const policies = ofKind(manifests, 'NetworkPolicy');
  const deniesAll = policies.some(
    ({ spec }) =>
      Object.keys(spec?.podSelector ?? { missing: true }).length === 0 &&
      spec?.policyTypes?.join() === 'Ingress,Egress' &&
      spec.ingress === undefined &&
      spec.egress === undefined,
  );
  return [
    ...(deniesAll ? [] : ['no NetworkPolicy denies everything by default']),
    ...policies.flatMap(openRules),
    ...policies.flatMap((policy) => outsideProblems(policy, manifests)),
    ...ofKind(manifests, 'Service')
      .filter(({ spec }) => (spec?.type ?? 'ClusterIP') !== 'ClusterIP')
      .map((service) => `${titleOf(service)}: can be reached from outside the cluster`),
    ...ofKind(manifests, 'Ingress').flatMap(ingressProblems),
  ];
}

type Policy = ReturnType<typeof ofKind<'NetworkPolicy'>>[number];

/** An empty list of peers means everyone, an empty list of ports every port. */
function openRules(policy: Policy): string[] {
  const rules = [
    ...(policy.spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
    ...(policy.spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
  ];
  return rules
    .filter(({ peers = [], ports = [] }) => {
      const anyone = peers.some(
        ({ namespaceSelector }) =>
          namespaceSelector !== undefined && Object.keys(namespaceSelector).length === 0,
      );
      return (
        peers.length === 0 || anyone || ports.some(({ port }) => port === undefined) || ports.length === 0
      );
    })
    .map(() => `${titleOf(policy)}: a rule is open to everyone or to every port`);
}

function outsideProblems(policy: Policy, manifests: Manifest[]): string[] {
  const reached = workloadsOf(manifests).filter(({ labels }) =>
    selects(policy.spec?.podSelector ?? {}, labels),
  );
  return (policy.spec?.ingress ?? [])
    .flatMap(({ from = [] }) => from)
    .filter(({ namespaceSelector, ipBlock }) => namespaceSelector !== undefined || ipBlock !== undefined)
    .flatMap(({ namespaceSelector }) => {
      const [label = ''] = Object.keys(namespaceSelector?.matchLabels ?? {});
      return reached
        .filter(({ name }) => !outsiders[label]?.includes(name))
        .map(({ title }) => `${titleOf(policy)}: lets outsiders to ${title}`);
    });
}

function ingressProblems(ingress: ReturnType<typeof ofKind<'Ingress'>>[number]): string[] {
  const paths = (ingress.spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  const wrong = paths.filter(
    ({ path = '/', pathType, backend }) =>
      !`${path}/`.startsWith('/api/') || pathType !== 'Prefix' || backend.service?.name !== 'gateway',
  );
  return [
    ...(ingress.spec?.defaultBackend === undefined ? [] : [`${titleOf(ingress)}: has a default backend`]),
    ...wrong.map(
      ({ path = '' }) => `${titleOf(ingress)}: leads ${path} inside, not only /api to the gateway`,
    ),
  ];
}
