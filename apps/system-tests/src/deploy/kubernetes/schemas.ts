import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service } from 'kubernetes-models/v1';
import { titleOf, type Manifest } from './manifest.js';

interface Model {
  apiVersion: string;
  kind: string;
  prototype: { validate(): void };
}

const models: readonly Model[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
  StatefulSet,
];

/**
 * What Kubernetes' own schemas have against a document, unknown fields included.
 *
 * The schemas' validators do not mind unknown fields. But a validator reads each field that it knows and no other, so
 * it is given the document wrapped in proxies that note what it reads: what was not read is unknown.
 */
export function againstSchema(manifest: Manifest): string[] {
  const model = models.find(
    ({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind,
  );
  if (model === undefined)
    return [`${titleOf(manifest)}: ${manifest.apiVersion} is not a kind that is looked into`];
  const unread = new Set<string>();
  try {
    model.prototype.validate.call(noting(manifest, titleOf(manifest), unread));
  } catch (error) {
    return [`${titleOf(manifest)}: ${(error as Error).message}`];
  }
  return [...unread].map((path) => `${path} is not a field that Kubernetes knows`);
}

/** `value`, whose fields and those below leave `unread` as they are read. */
function noting<T extends object>(value: T, path: string, unread: Set<string>): T {
  const pathOf = (key: string): string => `${path}/${key}`;
  for (const key of Object.keys(value)) unread.add(pathOf(key));
  const wrapped = new Map<string, object>();
  return new Proxy(value, {
    get(target, key) {
      const field: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return field;
      unread.delete(pathOf(key));
      if (typeof field !== 'object' || field === null) return field;
      const known = wrapped.get(key) ?? noting(field, pathOf(key), unread);
      wrapped.set(key, known);
      return known;
    },
  });
}
