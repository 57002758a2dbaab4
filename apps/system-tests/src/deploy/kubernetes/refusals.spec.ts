import { checks, findings } from './checks.js';
import { ofKind, nameOf, workloadsOf, type Manifest, type Workload } from './manifest.js';
import { hasKubectl, render, whySkipped } from './render.js';

/** One mistake made in a rendered overlay, and what is said about it. */
type Mistake = [what: string, make: (manifests: Manifest[]) => void, complaint: RegExp];

function workload(manifests: Manifest[], name: string): Workload {
  return workloadsOf(manifests).find((each) => each.name === name)!;
}
const program = (manifests: Manifest[], name = 'bindings'): Workload['containers'][0] =>
  workload(manifests, name).containers[0]!;
const the = <T extends Manifest>(manifests: T[], name: string): T =>
  manifests.find((each) => nameOf(each) === name)!;
const policy = (manifests: Manifest[], name: string): ReturnType<typeof ofKind<'NetworkPolicy'>>[0] =>
  the(ofKind(manifests, 'NetworkPolicy'), name);
const remove = (manifests: Manifest[], title: string): void => {
  manifests.splice(
    manifests.findIndex((each) => `${each.kind} ${nameOf(each)}` === title),
    1,
  );
};

const misspellings: Mistake[] = [
  [
    'a container',
    (all) => Object.assign(program(all), { securtyContext: {} }),
    /containers\/0\/securtyContext/,
  ],
  ['a pod', (all) => Object.assign(workload(all, 'gateway').pod, { tolerationz: [] }), /spec\/tolerationz/],
  [
    'a probe',
    (all) => Object.assign(program(all).livenessProbe!, { periodSecond: 1 }),
    /livenessProbe\/periodSecond/,
  ],
  [
    'a hook',
    (all) => Object.assign(program(all).lifecycle!.preStop!.sleep!, { second: 1 }),
    /sleep\/second /,
  ],
  [
    'a policy',
    (all) => Object.assign(policy(all, 'dns').spec!, { egres: [] }),
    /NetworkPolicy dns\/spec\/egres /,
  ],
  ['a document', (all) => Object.assign(all[0]!, { metdata: {} }), /metdata/],
];

const mistakes: Mistake[] = [
  ['a field of a wrong type', (all) => Object.assign(program(all), { image: 5 }), /image must be string/],
  ['a kind that is not looked into', (all) => Object.assign(all[0]!, { kind: 'Node' }), /not a kind/],
  [
    'a Service whose pods are not there',
    (all) => Object.assign(the(ofKind(all, 'Service'), 'gateway').spec!, { selector: { a: 'b' } }),
    /Service gateway: .* selects nothing/,
  ],
  [
    'a Deployment that does not select its own pods',
    (all) => Object.assign(workload(all, 'bindings').labels, { 'app.kubernetes.io/name': 'binding' }),
    /Deployment bindings: .* does not select its own pods/,
  ],
  [
    'a Deployment that takes the pods of a migration',
    (all) => {
      const { manifest } = workload(all, 'directory');
      if (manifest.kind === 'Deployment') {
        manifest.spec!.selector = { matchLabels: { 'app.kubernetes.io/name': 'directory' } };
      }
    },
    /selects the pods of Job directory-migration/,
  ],
  [
    'a lost disruption budget',
    (all) => remove(all, 'PodDisruptionBudget gateway'),
    /Deployment gateway: needs exactly/,
  ],
  [
    'an autoscaler of nothing',
    (all) =>
      Object.assign(the(ofKind(all, 'HorizontalPodAutoscaler'), 'gateway').spec.scaleTargetRef, {
        name: 'x',
      }),
    /scales x/,
  ],
  [
    'a probe of a port that is not there',
    (all) => (program(all).ports = []),
    /container program has no port http/,
  ],
  [
    'a Service of a port that is not there',
    (all) => Object.assign(the(ofKind(all, 'Service'), 'gateway').spec!.ports![0]!, { targetPort: 'https' }),
    /Service gateway: its pods have no port https/,
  ],
  [
    'a policy about a port that is not there',
    (all) => Object.assign(policy(all, 'metrics').spec!.ingress![0]!.ports![0]!, { port: 'metrics' }),
    /NetworkPolicy metrics: metrics is no port/,
  ],
  [
    'a lost ConfigMap',
    (all) =>
      all.splice(
        all.findIndex(({ kind }) => kind === 'ConfigMap'),
        1,
      ),
    /no ConfigMap/,
  ],
  [
    'a key that the Secret has not',
    (all) => Object.assign(program(all).env![1]!.valueFrom!.secretKeyRef!, { key: 'uri' }),
    /no Secret bindings-database uri/,
  ],
  ['a lost variable', (all) => program(all).env!.shift(), /bindings: NATS_URL must be set/],
  [
    'a variable that nobody reads',
    (all) => program(all).env!.push({ name: 'HAWSER_DRAIN_SECOND', value: '1' }),
    /bindings does not know HAWSER_DRAIN_SECOND/,
  ],
  [
    'a value that cannot be used',
    (all) => program(all).env!.push({ name: 'HAWSER_LOG_LEVEL', value: 'loud' }),
    /HAWSER_LOG_LEVEL must be one of/,
  ],
  ['a lost program', (all) => remove(all, 'Job bindings-migration'), /bindings-migration is not there/],
  ['an image of no version', (all) => (program(all).image = 'hawser/bindings:latest'), /image with a tag/],
  ['a container without limits', (all) => (program(all).resources = {}), /must limit memory/],
  [
    'a migration that may write anywhere',
    (all) => delete program(all, 'directory-migration').securityContext!.readOnlyRootFilesystem,
    /directory-migration\/migration: must have a read-only root/,
  ],
  [
    'an init container with root',
    (all) => (workload(all, 'gateway').pod.initContainers = [{ name: 'first', image: 'busybox:1.37' }]),
    /gateway\/first: must drop all capabilities/,
  ],
  [
    'a pod of root',
    (all) => (workload(all, 'gateway').pod.securityContext!.runAsUser = 0),
    /other than root/,
  ],
  [
    'a pod with a token',
    (all) => delete workload(all, 'gateway').pod.automountServiceAccountToken,
    /service account token/,
  ],
  [
    'too little time to drain',
    (all) => (workload(all, 'gateway').pod.terminationGracePeriodSeconds = 30),
    /killed after 30 s, and may need 35/,
  ],
  ['a lost probe', (all) => delete program(all).readinessProbe, /has no readinessProbe/],
  ['a single replica', (all) => remove(all, 'HorizontalPodAutoscaler directory'), /two replicas at least/],
  ['a lost default', (all) => remove(all, 'NetworkPolicy default-deny'), /denies everything by default/],
  [
    'a rule for everyone',
    (all) => delete policy(all, 'api').spec!.ingress![0]!.from,
    /NetworkPolicy api: a rule is open to everyone/,
  ],
  [
    'a service that outsiders reach',
    (all) =>
      (policy(all, 'api').spec!.podSelector = { matchLabels: { 'app.kubernetes.io/name': 'directory' } }),
    /lets outsiders to Deployment directory/,
  ],
  [
    'an ingress to everything',
    (all) => (ofKind(all, 'Ingress')[0]!.spec!.rules![0]!.http!.paths[0]!.path = '/'),
    /leads \/ inside/,
  ],
  [
    'a hole in the wall around probes',
    (all) => policy(all, 'to-internet').spec!.egress![0]!.to![0]!.ipBlock!.except!.splice(5, 1),
    /to-internet: lets probes to 169\.254\.169\.254/,
  ],
  [
    'a wall where probes may pass',
    (all) => policy(all, 'to-internet').spec!.egress![0]!.to![1]!.ipBlock!.except!.push('2600::/12'),
    /to-internet: keeps probes from 2606:4700::1111/,
  ],
  ['a lost wall', (all) => remove(all, 'NetworkPolicy to-internet'), /no NetworkPolicy to-internet/],
  [
    'a service that may go out',
    (all) => (policy(all, 'to-internet').spec!.podSelector = {}),
    /lets Deployment bindings to the internet/,
  ],
  [
    'another version',
    (all) => (program(all).image = 'hawser/bindings:0.2.0'),
    /version label is not its image's tag/,
  ],
];

(hasKubectl ? describe : describe.skip)(`the checks of Kubernetes documents${whySkipped}`, () => {
  const manifests = hasKubectl ? render('production') : [];
  const refusing = new Set<string>();

  function complaintsAfter(make: Mistake[1]): string[] {
    const changed = structuredClone(manifests);
    make(changed);
    const found = findings(changed);
    for (const name of Object.keys(found)) refusing.add(name);
    return Object.values(found).flat();
  }

  it.each(misspellings)('refuse a misspelt field of %s', (_, make, complaint) => {
    expect(complaintsAfter(make)).toEqual([expect.stringMatching(complaint)]);
  });

  it.each(mistakes)('refuse %s', (_, make, complaint) => {
    expect(complaintsAfter(make)).toContainEqual(expect.stringMatching(complaint));
  });

  it('have each been seen to refuse something', () => {
    expect([...refusing].sort()).toEqual(Object.keys(checks).sort());
  });
});
