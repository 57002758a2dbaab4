import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '../../architecture/services.js';
import { expectedSecrets } from './checks/references.js';
import { checks } from './checks.js';
import type { Manifest } from './manifest.js';
import { files, hasKubectl, overlays, render, whySkipped } from './render.js';
import { againstSchema } from './schemas.js';

interface Kustomization {
  kind: string;
  resources?: string[];
  patches?: { path: string }[];
}

const all = files();
const isKustomization = ({ path }: { path: string }): boolean => path.endsWith('/kustomization.yaml');

describe('the files of deploy/kubernetes', () => {
  it.each(all.filter((file) => !isKustomization(file) && !file.path.includes('/patches/')))(
    'keep to the schemas of Kubernetes: $path',
    ({ documents }) => {
      expect(documents.flatMap((document) => againstSchema(document as Manifest))).toEqual([]);
    },
  );

  it('are all used by a kustomization, which names none that is not there', () => {
    const named = all.filter(isKustomization).flatMap(({ path, documents }) => {
      const { resources = [], patches = [] } = documents[0] as Kustomization;
      const places = [...resources, ...patches.map((patch) => patch.path)];
      return places.map((place) => join(dirname(path), place));
    });
    expect(named.filter((place) => !existsSync(join(workspaceRoot, place)))).toEqual([]);
    const used = all.filter((file) => !isKustomization(file)).map(({ path }) => path);
    expect(used.filter((path) => !named.includes(path))).toEqual([]);
  });

  it('hold no Secret for production, and tell the reader which to make', () => {
    const production = all.filter(({ path }) => !path.includes('/development/'));
    const documents = production.flatMap((file) => file.documents);
    expect(documents.filter((document) => (document as Manifest).kind === 'Secret')).toEqual([]);
    expect(documents.filter((document) => 'secretGenerator' in document)).toEqual([]);
    const readme = readFileSync(join(workspaceRoot, 'deploy/README.md'), 'utf8');
    for (const [name, keys] of Object.entries(expectedSecrets)) {
      for (const word of [name, ...keys]) expect(readme).toContain(`\`${word}\``);
    }
  });

  it('are of the version that package.json says', () => {
    const { version } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    const { documents } = all.find(({ path }) => path === 'deploy/kubernetes/base/kustomization.yaml')!;
    expect(documents).toMatchObject([
      {
        labels: [{ pairs: { 'app.kubernetes.io/version': version } }],
        images: ['gateway', 'directory', 'bindings', 'vault', 'probe'].map((app) => ({
          name: `hawser/${app}`,
          newTag: version,
        })),
      },
    ]);
  });
});

(hasKubectl ? describe : describe.skip).each(overlays)(
  `deploy/kubernetes/overlays/%s, rendered${whySkipped}`,
  (overlay) => {
    const manifests = hasKubectl ? render(overlay) : [];

    it.each(Object.entries(checks))('%s', (_, check) => {
      expect(check(manifests)).toEqual([]);
    });

    it('has what each of its kinds is there for', () => {
      const counts: Record<string, number> = {};
      for (const { kind } of manifests) counts[kind] = (counts[kind] ?? 0) + 1;
      const inBoth = { Namespace: 1, Deployment: 5, Job: 3, PodDisruptionBudget: 5 };
      const here = {
        development: { ...inBoth, StatefulSet: 2, Service: 3, Secret: 7, ConfigMap: 6, NetworkPolicy: 10 },
        production: {
          ...inBoth,
          Service: 1,
          ConfigMap: 4,
          NetworkPolicy: 9,
          HorizontalPodAutoscaler: 5,
          Ingress: 1,
        },
      };
      expect(counts).toEqual(here[overlay]);
    });
  },
);
