import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BindingsModule } from '@hawser/bindings';
import { DirectoryModule } from '@hawser/directory';
import { ProbeModule } from '@hawser/probe';
import { VaultModule } from '@hawser/vault';
import type { Type } from '@nestjs/common';

export const workspaceRoot = join(import.meta.dirname, '../../../..');

/** Every service that answers messages, by its scope: its module, as every way of running starts it. */
export const serviceModules: Record<string, Type> = {
  bindings: BindingsModule,
  directory: DirectoryModule,
  probe: ProbeModule,
  vault: VaultModule,
};

export interface Project {
  /** `apps/bindings` */
  folder: string;
  /** `bindings`, by the tag `scope:bindings` */
  scope: string;
  /** `service`, by the tag `type:service` */
  type: string;
  manifest: {
    name: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    /** What only some of its entry points need: who imports one of those has it too. */
    peerDependencies?: Record<string, string>;
  };
}

interface Manifest {
  name: string;
  nx: { tags: string[] };
}

/** The workspace's projects, read from their package.json files. */
export function projects(): Project[] {
  return ['apps', 'libs'].flatMap((parent) =>
    readdirSync(join(workspaceRoot, parent)).map((name) => {
      const folder = `${parent}/${name}`;
      const manifest = JSON.parse(
        readFileSync(join(workspaceRoot, folder, 'package.json'), 'utf8'),
      ) as Manifest;
      const tag = (kind: string): string =>
        manifest.nx.tags.find((each) => each.startsWith(`${kind}:`))?.slice(kind.length + 1) ?? '';
      return { folder, scope: tag('scope'), type: tag('type'), manifest };
    }),
  );
}

export interface SourceFile {
  /** `apps/bindings/src/app.module.ts` */
  path: string;
  text: string;
}

/** A project's TypeScript, either what runs or what tests it. */
export function sourcesOf(project: Project, kind: 'running' | 'testing'): SourceFile[] {
  return readdirSync(join(workspaceRoot, project.folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .filter((path) => (path.endsWith('.spec.ts') || path.startsWith('testing/')) === (kind === 'testing'))
    .map((path) => {
      const full = `${project.folder}/src/${path}`;
      return { path: full, text: readFileSync(join(workspaceRoot, full), 'utf8') };
    });
}
