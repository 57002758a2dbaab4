import { ofKind, nameOf, titleOf, workloadsOf, type Manifest, type Workload } from '../manifest.js';
import { selects } from '../selectors.js';

type Port = string | number;

/** Every port that something names is one that a container has. */
export function portsExist(manifests: Manifest[]): string[] {
  return [
    ...ofProbes(manifests),
    ...ofServices(manifests),
    ...ofIngresses(manifests),
    ...ofPolicies(manifests),
  ];
}

function portsOf({ containers }: Workload): Port[] {
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, containerPort }) =>
      name === undefined ? [containerPort] : [name, containerPort],
    ),
  );
}

function ofProbes(manifests: Manifest[]): string[] {
  return workloadsOf(manifests).flatMap(({ title, annotations, containers }) =>
    containers.flatMap((container) => {
      const own = portsOf({ containers: [container] } as Workload);
      const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
      const asked = probes.flatMap((probe) => probe?.httpGet?.port ?? []);
      const scraped = annotations['prometheus.io/port'];
      return [...asked, ...(scraped === undefined ? [] : [Number(scraped)])]
        .filter((port) => !own.includes(port))
        .map((port) => `${title}: container ${container.name} has no port ${port}`);
    }),
  );
}

function ofServices(manifests: Manifest[]): string[] {
  return ofKind(manifests, 'Service').flatMap((service) => {
    const pods = workloadsOf(manifests).filter(({ labels }) =>
      selects({ matchLabels: service.spec?.selector ?? {} }, labels),
    );
    return (service.spec?.ports ?? [])
      .map(({ port, targetPort = port }) => targetPort)
      .filter((port) => !pods.every((workload) => portsOf(workload).includes(port)))
      .map((port) => `${titleOf(service)}: its pods have no port ${port}`);
  });
}

function ofIngresses(manifests: Manifest[]): string[] {
  const services = ofKind(manifests, 'Service');
  return ofKind(manifests, 'Ingress').flatMap((ingress) =>
    (ingress.spec?.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .filter(({ backend }) => {
        const service = services.find((each) => nameOf(each) === backend.service?.name);
        const { name, number } = backend.service?.port ?? {};
        return !service?.spec?.ports?.some((port) => port.name === name || port.port === number);
      })
      .map(({ path }) => `${titleOf(ingress)}: ${path} leads to a service or port that is not there`),
  );
}

function ofPolicies(manifests: Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  return ofKind(manifests, 'NetworkPolicy').flatMap((policy) => {
    const own = workloads.filter(({ labels }) => selects(policy.spec?.podSelector ?? {}, labels));
    const inward = (policy.spec?.ingress ?? []).map(({ ports = [] }) => ({ ports, pods: own }));
    const outward = (policy.spec?.egress ?? []).map(({ ports = [], to = [] }) => ({
      ports,
      // Pods of other namespaces are not known here.
      pods: workloads.filter(({ labels }) =>
        to.some(
          (peer) =>
            peer.namespaceSelector === undefined &&
            peer.podSelector !== undefined &&
            selects(peer.podSelector, labels),
        ),
      ),
    }));
    return [...inward, ...outward].flatMap(({ ports, pods }) =>
      ports
        .flatMap(({ port }) => port ?? [])
        .filter((port) => pods.some((workload) => !portsOf(workload).includes(port)))
        .map((port) => `${titleOf(policy)}: ${port} is no port of the pods that it is about`),
    );
  });
}
