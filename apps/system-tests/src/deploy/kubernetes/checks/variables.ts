import type { IContainer } from 'kubernetes-models/v1';
import { programs, wrongVariables } from '../../programs.js';
import { nameOf, ofKind, workloadsOf, type Manifest } from '../manifest.js';

/** What a Secret's key may hold, where the overlay does not make it. */
const samples: Readonly<Record<string, string>> = {
  'nats url': 'tls://hawser:secret@nats.example.com:4222',
  'directory-database url': 'postgresql://hawser_directory:secret@postgres.example.com:5432/hawser',
  'bindings-database url': 'postgresql://hawser_bindings:secret@postgres.example.com:5432/hawser',
  'vault-database url': 'postgresql://hawser_vault:secret@postgres.example.com:5432/hawser',
  'master-keys keys': 'k1:c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLXNhbXA=',
  'bootstrap token': `hws_live_${'x'.repeat(43)}`,
};

/** Every program is there, is given what it needs, in a form that it takes, and nothing that it does not know. */
export function variablesFit(manifests: Manifest[]): string[] {
  const workloads = workloadsOf(manifests).filter(({ labels }) =>
    ['program', 'migration'].includes(labels['app.kubernetes.io/component'] ?? ''),
  );
  const absent = Object.keys(programs).filter((program) => !workloads.some(({ name }) => name === program));
  return [
    ...absent.map((program) => `${program} is not there`),
    ...workloads.flatMap(({ name, containers }) =>
      containers.flatMap((container) => wrongVariables(name, environmentOf(container, manifests))),
    ),
  ];
}

/** The environment of a container, as its image leaves it: nothing of the image's own is counted on. */
export function environmentOf(
  { env = [], envFrom = [] }: IContainer,
  manifests: Manifest[],
): Record<string, string> {
  const configMaps = ofKind(manifests, 'ConfigMap');
  const whole = envFrom.flatMap(({ configMapRef }) =>
    Object.entries(configMaps.find((each) => nameOf(each) === configMapRef?.name)?.data ?? {}),
  );
  const single = env.map(({ name, value, valueFrom }) => {
    const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
    return [name, value ?? secretValue(secret, key, manifests)] as const;
  });
  return Object.fromEntries([...whole, ...single]);
}

function secretValue(name: string, key: string, manifests: Manifest[]): string {
  const made = ofKind(manifests, 'Secret').find((each) => nameOf(each) === name)?.data?.[key];
  return made === undefined ? (samples[`${name} ${key}`] ?? '') : Buffer.from(made, 'base64').toString();
}
