import { longRunning } from '../../programs.js';
import { nameOf, ofKind, titleOf, workloadsOf, type Manifest, type Workload } from '../manifest.js';
import { environmentOf } from './variables.js';

/** For what a program does after its drain. */
const marginSeconds = 5;

/** Programs are replaced without a gap, are asked how they are, and have time to finish. Jobs may run again. */
export function lifecycleHolds(manifests: Manifest[]): string[] {
  return workloadsOf(manifests).flatMap((workload) => {
    if (workload.manifest.kind === 'Job') return jobProblems(workload);
    const ofProgram = longRunning.includes(workload.name) ? programProblems(workload, manifests) : [];
    return [...probeProblems(workload), ...ofProgram];
  });
}

function probeProblems({ title, containers }: Workload): string[] {
  return containers.flatMap((container) =>
    (['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
      .filter((probe) => container[probe] === undefined)
      .map((probe) => `${title}/${container.name}: has no ${probe}`),
  );
}

function programProblems(
  { title, name, manifest, pod, containers }: Workload,
  manifests: Manifest[],
): string[] {
  if (manifest.kind !== 'Deployment') return [`${title}: must be a Deployment`];
  const { rollingUpdate } = manifest.spec?.strategy ?? {};
  const [container] = containers;
  const preStopSeconds = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
  const drainSeconds = container && Number(environmentOf(container, manifests).HAWSER_DRAIN_SECONDS);
  const needed = preStopSeconds + (drainSeconds ?? Number.NaN) + marginSeconds;
  const autoscaler = ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec }) => spec?.scaleTargetRef.name === name,
  );
  const overlayIsForTrial = manifests.some((each) => titleOf(each) === 'StatefulSet postgres');
  const least = autoscaler?.spec?.minReplicas ?? manifest.spec?.replicas ?? 1;
  const paths = {
    startupProbe: '/healthz',
    livenessProbe: '/healthz',
    readinessProbe: '/readyz',
  } as const;
  return [
    ...(rollingUpdate?.maxUnavailable === 0 && rollingUpdate.maxSurge === 1
      ? []
      : [`${title}: must roll with maxUnavailable 0 and maxSurge 1`]),
    ...(preStopSeconds > 0 ? [] : [`${title}: must wait before it stops`]),
    ...((pod.terminationGracePeriodSeconds ?? 30) >= needed
      ? []
      : [`${title}: is killed after ${pod.terminationGracePeriodSeconds} s, and may need ${needed}`]),
    ...(least >= 2 || overlayIsForTrial ? [] : [`${title}: must have two replicas at least`]),
    ...(autoscaler !== undefined && manifest.spec?.replicas !== undefined
      ? [`${title}: has replicas, which are ${nameOf(autoscaler)}'s autoscaler's to say`]
      : []),
    ...Object.entries(paths)
      .filter(([probe, path]) => container?.[probe as keyof typeof paths]?.httpGet?.path !== path)
      .map(([probe, path]) => `${title}: its ${probe} must ask ${path}`),
  ];
}

function jobProblems({ title, manifest, pod, containers }: Workload): string[] {
  const spec = manifest.kind === 'Job' ? manifest.spec : undefined;
  return [
    ...(pod.restartPolicy === 'Never' && (spec?.backoffLimit ?? 0) > 0
      ? []
      : [`${title}: must be tried again in a new pod, a limited number of times`]),
    ...(spec?.ttlSecondsAfterFinished === undefined ? [`${title}: must go away after a time`] : []),
    ...(containers[0]?.args?.join() === 'dist/migrate.js' ? [] : [`${title}: must run dist/migrate.js`]),
  ];
}
