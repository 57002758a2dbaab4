import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { workspaceRoot } from '../../architecture/services.js';
import type { Manifest } from './manifest.js';

export const overlays = ['development', 'production'] as const;
export type Overlay = (typeof overlays)[number];

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
/** The end of a skipped test's name. */
export const whySkipped = hasKubectl ? '' : ' (skipped: there is no kubectl on the path to render it)';

const folder = join(workspaceRoot, 'deploy/kubernetes');

/** An overlay as `kubectl apply` would send it. */
export function render(overlay: Overlay): Manifest[] {
  const command = ['kustomize', join(folder, 'overlays', overlay)];
  return parse(execFileSync('kubectl', command, { encoding: 'utf8' })).map(onOneLine);
}

/** kustomize breaks long base64 into lines, which Kubernetes takes and the schema does not. */
function onOneLine(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret') return manifest;
  const data = Object.entries(manifest.data ?? {}).map(([key, value]) => [key, value.replaceAll('\n', '')]);
  return { ...manifest, data: Object.fromEntries(data) as Record<string, string> };
}

export interface ManifestFile {
  /** Below the workspace, such as `deploy/kubernetes/base/gateway.yaml`. */
  path: string;
  documents: object[];
}

/** The files that kustomize is given. */
export function files(): ManifestFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => join(folder, path))
    .map((path) => ({
      path: relative(workspaceRoot, path),
      documents: parse<object>(readFileSync(path, 'utf8')),
    }));
}

function parse<T = Manifest>(text: string): T[] {
  return parseAllDocuments(text, { strict: true, merge: true }).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS() as T;
  });
}
