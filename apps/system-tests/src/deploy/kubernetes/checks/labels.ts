import { nameOf, ofKind, titleOf, workloadsOf, type Manifest } from '../manifest.js';

const standard = 'app.kubernetes.io';

/** Everything carries Kubernetes' recommended labels, and the version is the one of the image. */
export function labelled(manifests: Manifest[]): string[] {
  const apart = manifests.filter(({ metadata }) => metadata?.labels?.[`${standard}/part-of`] !== 'hawser');
  const unnamed = workloadsOf(manifests).filter(
    ({ labels }) => !labels[`${standard}/name`] || !labels[`${standard}/component`],
  );
  const programs = workloadsOf(ofKind(manifests, 'Deployment', 'Job'));
  const otherVersion = programs.filter(({ labels, containers }) =>
    containers.some(({ image = '' }) => !image.endsWith(`:${labels[`${standard}/version`]}`)),
  );
  return [
    ...apart.map((manifest) => `${titleOf(manifest)}: lacks ${standard}/part-of`),
    ...unnamed.map(({ title }) => `${title}: its pods lack ${standard}/name or component`),
    ...otherVersion.map(({ title }) => `${title}: its version label is not its image's tag`),
    ...duplicates(manifests.map((each) => `${each.kind} ${nameOf(each)}`)).map(
      (title) => `${title} is there twice`,
    ),
  ];
}

const duplicates = (titles: string[]): string[] =>
  titles.filter((title, index) => titles.indexOf(title) !== index);
