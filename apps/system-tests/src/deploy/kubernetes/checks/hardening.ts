import type { IContainer } from 'kubernetes-models/v1';
import { nameOf, ofKind, workloadsOf, type Manifest, type Workload } from '../manifest.js';

const restricted = 'pod-security.kubernetes.io';

/** The namespace enforces the restricted Pod Security Standard; each pod keeps to it and to a read-only root besides. */
export function hardened(manifests: Manifest[]): string[] {
  const namespaces = ofKind(manifests, 'Namespace').map(({ metadata }) => metadata);
  const lax = ['enforce', 'audit', 'warn'].filter((mode) =>
    namespaces.some((metadata) => metadata?.labels?.[`${restricted}/${mode}`] !== 'restricted'),
  );
  const elsewhere = manifests.filter(
    ({ kind, metadata }) => kind !== 'Namespace' && metadata?.namespace !== namespaces[0]?.name,
  );
  return [
    ...(namespaces.length === 1 ? [] : ['there must be one Namespace']),
    ...lax.map((mode) => `the namespace does not ${mode} "restricted"`),
    ...elsewhere.map((manifest) => `${manifest.kind} ${nameOf(manifest)} is in another namespace`),
    ...workloadsOf(manifests).flatMap(podProblems),
  ];
}

function podProblems({ title, pod, containers }: Workload): string[] {
  const { securityContext: context = {} } = pod;
  const rules: Record<string, boolean> = {
    'must set runAsNonRoot': context.runAsNonRoot === true,
    'must run as a numeric user other than root': (context.runAsUser ?? 0) > 0,
    'must use seccomp RuntimeDefault': context.seccompProfile?.type === 'RuntimeDefault',
    'must not mount a service account token': pod.automountServiceAccountToken === false,
    'must not get variables of other Services': pod.enableServiceLinks === false,
    'must not share anything with its node': !pod.hostNetwork && !pod.hostPID && !pod.hostIPC,
    'must not mount folders of its node': !pod.volumes?.some(({ hostPath }) => hostPath !== undefined),
  };
  return [
    ...broken(rules).map((rule) => `${title}: ${rule}`),
    ...containers.flatMap((each) => containerProblems(each).map((rule) => `${title}/${each.name}: ${rule}`)),
  ];
}

function containerProblems({
  image = '',
  resources = {},
  securityContext: context = {},
}: IContainer): string[] {
  return broken({
    'must have an image with a tag that says which version it is': /:\d+\.\d+[^:]*$/.test(image),
    'must not allow privilege escalation': context.allowPrivilegeEscalation === false,
    'must have a read-only root': context.readOnlyRootFilesystem === true,
    'must drop all capabilities and add none':
      JSON.stringify(context.capabilities) === JSON.stringify({ drop: ['ALL'] }),
    'must not be privileged or undo what its pod sets':
      !context.privileged &&
      context.runAsNonRoot === undefined &&
      context.runAsUser === undefined &&
      context.seccompProfile === undefined,
    'must request CPU and memory': Boolean(resources.requests?.cpu && resources.requests.memory),
    'must limit memory, and not CPU': Boolean(resources.limits?.memory && !resources.limits.cpu),
  });
}

const broken = (rules: Record<string, boolean>): string[] =>
  Object.entries(rules)
    .filter(([, kept]) => !kept)
    .map(([rule]) => rule);
