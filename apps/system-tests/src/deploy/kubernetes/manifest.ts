import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, IContainer, INamespace, IPodSpec, ISecret, IService } from 'kubernetes-models/v1';

/** A document of a kind that the overlays have. */
export type Manifest =
  | IConfigMap
  | IDeployment
  | IHorizontalPodAutoscaler
  | IIngress
  | IJob
  | INamespace
  | INetworkPolicy
  | IPodDisruptionBudget
  | ISecret
  | IService
  | IStatefulSet;

type Kind = Manifest['kind'];
type OfKind<K extends Kind> = Extract<Manifest, { kind: K }>;

export function ofKind<K extends Kind>(manifests: Manifest[], ...kinds: K[]): OfKind<K>[] {
  return manifests.filter((manifest): manifest is OfKind<K> => (kinds as Kind[]).includes(manifest.kind));
}

export const nameOf = ({ metadata }: Manifest): string => metadata?.name ?? '';
/** `Deployment gateway`, for messages. */
export const titleOf = (manifest: Manifest): string => `${manifest.kind} ${nameOf(manifest)}`;

/** Something that makes pods, and the pods it makes. */
export interface Workload {
  manifest: OfKind<'Deployment' | 'Job' | 'StatefulSet'>;
  name: string;
  title: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  pod: IPodSpec;
  containers: IContainer[];
}

export function workloadsOf(manifests: Manifest[]): Workload[] {
  return ofKind(manifests, 'Deployment', 'Job', 'StatefulSet').map((manifest) => {
    const template = manifest.spec?.template;
    const pod: IPodSpec = template?.spec ?? { containers: [] };
    return {
      manifest,
      name: nameOf(manifest),
      title: titleOf(manifest),
      labels: template?.metadata?.labels ?? {},
      annotations: template?.metadata?.annotations ?? {},
      pod,
      containers: [...(pod.initContainers ?? []), ...pod.containers],
    };
  });
}
