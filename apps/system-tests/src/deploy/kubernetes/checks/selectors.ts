import { nameOf, ofKind, titleOf, workloadsOf, type Manifest } from '../manifest.js';
import { selects, type Selector } from '../selectors.js';

/** Selectors take the pods that they are meant for, and a Deployment's pods are all looked after. */
export function selectorsHit(manifests: Manifest[]): string[] {
  return [
    ...ownPods(manifests),
    ...others(manifests),
    ...disruptionBudgets(manifests),
    ...autoscalers(manifests),
  ];
}

/** A workload takes its own pods and nobody else's. */
function ownPods(manifests: Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  return workloads.flatMap(({ manifest, title, labels, pod }) => {
    // A Job's selector is made by Kubernetes.
    const selector = manifest.kind === 'Job' ? undefined : manifest.spec?.selector;
    const spread = (pod.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector ?? {});
    const missing = [...(selector === undefined ? [] : [selector]), ...spread]
      .filter((each) => !selects(each, labels))
      .map((each) => `${title}: ${JSON.stringify(each)} does not select its own pods`);
    const strangers =
      selector === undefined ? [] : workloads.filter((other) => selects(selector, other.labels));
    return [
      ...missing,
      ...strangers
        .filter((other) => other.title !== title)
        .map((other) => `${title}: selects the pods of ${other.title}`),
    ];
  });
}

function others(manifests: Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  const hitsNone = (selector: Selector): boolean =>
    !workloads.some(({ labels }) => selects(selector, labels));
  const asked = [
    ...ofKind(manifests, 'Service').map((service) => ({
      of: titleOf(service),
      selector: { matchLabels: service.spec?.selector ?? {} },
    })),
    ...ofKind(manifests, 'PodDisruptionBudget').map((budget) => ({
      of: titleOf(budget),
      selector: budget.spec?.selector ?? {},
    })),
    ...ofKind(manifests, 'NetworkPolicy').flatMap((policy) => {
      const rules = [
        ...(policy.spec?.ingress ?? []).flatMap(({ from = [] }) => from),
        ...(policy.spec?.egress ?? []).flatMap(({ to = [] }) => to),
      ];
      const here = rules.filter(({ namespaceSelector }) => namespaceSelector === undefined);
      return [policy.spec?.podSelector, ...here.map(({ podSelector }) => podSelector)]
        .filter((selector) => selector !== undefined)
        .map((selector) => ({ of: titleOf(policy), selector }));
    }),
  ];
  return asked
    .filter(({ selector }) => hitsNone(selector))
    .map(({ of, selector }) => `${of}: ${JSON.stringify(selector)} selects nothing`);
}

function disruptionBudgets(manifests: Manifest[]): string[] {
  const budgets = ofKind(manifests, 'PodDisruptionBudget');
  return workloadsOf(ofKind(manifests, 'Deployment'))
    .filter(({ labels }) => budgets.filter(({ spec }) => selects(spec?.selector ?? {}, labels)).length !== 1)
    .map(({ title }) => `${title}: needs exactly one PodDisruptionBudget`);
}

function autoscalers(manifests: Manifest[]): string[] {
  const deployments = ofKind(manifests, 'Deployment').map(nameOf);
  return ofKind(manifests, 'HorizontalPodAutoscaler')
    .filter(
      ({ spec }) =>
        spec?.scaleTargetRef.kind !== 'Deployment' || !deployments.includes(spec.scaleTargetRef.name),
    )
    .map(
      (autoscaler) =>
        `${titleOf(autoscaler)}: scales ${autoscaler.spec?.scaleTargetRef.name}, which is not there`,
    );
}
