import { nameOf, ofKind, titleOf, workloadsOf, type Manifest } from '../manifest.js';

/** What `deploy/README.md` asks for before the production overlay is applied: Secrets and their keys. */
export const expectedSecrets: Readonly<Record<string, readonly string[]>> = {
  nats: ['url'],
  'directory-database': ['url'],
  'bindings-database': ['url'],
  'vault-database': ['url'],
  'master-keys': ['keys'],
  bootstrap: ['token'],
  'hawser-tls': ['tls.crt', 'tls.key'],
};

/** Every ConfigMap, Secret and key that something names is there, or is one that the reader is told to make. */
export function referencesResolve(manifests: Manifest[]): string[] {
  const configMaps = new Map(
    ofKind(manifests, 'ConfigMap').map((each) => [nameOf(each), Object.keys(each.data ?? {})]),
  );
  const made = ofKind(manifests, 'Secret');
  const secrets = new Map(made.map((each) => [nameOf(each), Object.keys(each.data ?? {})]));
  const told = new Map(made.length > 0 ? [] : Object.entries(expectedSecrets));
  const named = [...uses(manifests), ...ingressSecrets(manifests)];
  const missing = named.filter(({ kind, name, key }) => {
    const keys = kind === 'ConfigMap' ? configMaps.get(name) : (secrets.get(name) ?? told.get(name));
    return keys === undefined || (key !== undefined && !keys.includes(key));
  });
  const unused = [...configMaps.keys()].filter((name) => !named.some((use) => use.name === name));
  return [
    ...missing.map(({ of, kind, name, key = '' }) => `${of}: there is no ${kind} ${name} ${key}`),
    ...unused.map((name) => `ConfigMap ${name} is used by nothing`),
  ];
}

interface Use {
  of: string;
  kind: 'ConfigMap' | 'Secret';
  name: string;
  key?: string;
}

function uses(manifests: Manifest[]): Use[] {
  return workloadsOf(manifests).flatMap(({ title: of, pod, containers }) => {
    const volumes = (pod.volumes ?? []).flatMap(({ configMap, secret }): Use[] => [
      ...(configMap === undefined ? [] : [{ of, kind: 'ConfigMap' as const, name: configMap.name ?? '' }]),
      ...(secret === undefined ? [] : [{ of, kind: 'Secret' as const, name: secret.secretName ?? '' }]),
    ]);
    const whole = containers.flatMap(({ envFrom = [] }) =>
      envFrom.map(({ configMapRef, secretRef }): Use =>
        configMapRef === undefined
          ? { of, kind: 'Secret', name: secretRef?.name ?? '' }
          : { of, kind: 'ConfigMap', name: configMapRef.name ?? '' },
      ),
    );
    const single = containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }): Use[] => {
        const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
        return [
          ...(configMapKeyRef === undefined
            ? []
            : [
                {
                  of,
                  kind: 'ConfigMap' as const,
                  name: configMapKeyRef.name ?? '',
                  key: configMapKeyRef.key,
                },
              ]),
          ...(secretKeyRef === undefined
            ? []
            : [{ of, kind: 'Secret' as const, name: secretKeyRef.name ?? '', key: secretKeyRef.key }]),
        ];
      }),
    );
    return [...volumes, ...whole, ...single];
  });
}

function ingressSecrets(manifests: Manifest[]): Use[] {
  return ofKind(manifests, 'Ingress').flatMap((ingress) =>
    (ingress.spec?.tls ?? []).map(({ secretName = '' }) => ({
      of: titleOf(ingress),
      kind: 'Secret' as const,
      name: secretName,
    })),
  );
}
