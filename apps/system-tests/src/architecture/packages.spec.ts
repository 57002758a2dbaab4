import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { projects, sourcesOf, workspaceRoot, type Project, type SourceFile } from './services.js';

const read = (path: string): string => readFileSync(join(workspaceRoot, path), 'utf8');

interface Build {
  include?: string[];
  exclude?: string[];
  references?: { path?: string }[];
}
const buildOf = ({ folder }: Project): Build => JSON.parse(read(`${folder}/tsconfig.build.json`)) as Build;

/** The packages that a source imports when it runs: not those of which it takes only types, and none of Node's own. */
function packagesOf({ path, text }: SourceFile): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const specifier = isImport ? node.moduleSpecifier : undefined;
    if (specifier !== undefined && ts.isStringLiteral(specifier)) names.push(specifier.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteral(argument)) names.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

/** What the sources need beyond what they import: Nest's decorators fail at once without it. */
function needed(packages: string[]): string[] {
  const decorates = packages.some((name) => name.startsWith('@nestjs/') || name === 'typeorm');
  return [...new Set([...packages, ...(decorates ? ['reflect-metadata'] : [])])].sort();
}

const all = projects();
const built = all.filter(({ folder }) => existsSync(join(workspaceRoot, folder, 'tsconfig.build.json')));
const versions = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };

describe('packages', () => {
  it('are read out of every form of import', () => {
    const text = `
      import 'reflect-metadata'; import a from 'pg'; import type { B } from '@nestjs/common/things.js';
      export { c } from '@hawser/contracts/bindings'; import { d } from './d.js'; import fs from 'node:fs';
      const e = await import('typeorm'); // import f from 'comment'`;
    expect(packagesOf({ path: 'x.ts', text })).toEqual([
      'reflect-metadata',
      'pg',
      '@nestjs/common',
      '@hawser/contracts',
      'typeorm',
    ]);
    expect(needed(['@nestjs/core'])).toEqual(['@nestjs/core', 'reflect-metadata']);
  });

  it.each(built)('are listed by the project that imports them: $folder', (project) => {
    const imported = needed(sourcesOf(project, 'running').flatMap(packagesOf));
    const { dependencies = {}, peerDependencies = {} } = project.manifest;
    const listed = Object.keys({ ...dependencies, ...peerDependencies });
    expect(imported.filter((name) => !listed.includes(name) && name !== project.manifest.name)).toEqual([]);
  });

  it.each(all)('are there for the tests too, from the project or from the root: $folder', (project) => {
    const root = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
    const { dependencies = {}, devDependencies = {}, peerDependencies = {}, name: own } = project.manifest;
    const known = new Set([
      own,
      ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies, ...root.devDependencies }),
    ]);
    // Tests of any project may use these; they are linked into the root like every workspace.
    const forTests = ['@hawser/testing', 'reflect-metadata'];
    // The system tests are nothing else.
    const more = built.includes(project) ? [] : sourcesOf(project, 'running');
    const imported = needed([...sourcesOf(project, 'testing'), ...more].flatMap(packagesOf));
    expect(imported.filter((name) => !known.has(name) && !forTests.includes(name))).toEqual([]);
  });

  it.each(all)('are of one exact version, the one that is installed: $folder', ({ folder, manifest }) => {
    const { dependencies, devDependencies, peerDependencies } = manifest;
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...peerDependencies,
    })) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(-[\w.]+)?$/)]);
      if (name.startsWith('@hawser/')) continue;
      // Its own copy, where others need another version.
      const installed =
        versions.packages[`${folder}/node_modules/${name}`] ?? versions.packages[`node_modules/${name}`];
      expect([name, version]).toEqual([name, installed?.version]);
    }
  });

  it.each(all)('stand in the lock as in package.json: $folder', ({ folder, manifest }) => {
    expect(versions.packages[folder]).toMatchObject({
      name: manifest.name,
      // npm writes no empty object.
      ...(Object.keys(manifest.dependencies ?? {}).length === 0
        ? {}
        : { dependencies: manifest.dependencies }),
      ...(manifest.peerDependencies === undefined ? {} : { peerDependencies: manifest.peerDependencies }),
    });
  });
});

describe('builds', () => {
  it('are made of all projects but the system tests', () => {
    const { references = [] } = JSON.parse(read('tsconfig.build.json')) as Build;
    const expected = all.filter(({ folder }) => folder !== 'apps/system-tests').map(({ folder }) => folder);
    expect(built.map(({ folder }) => folder)).toEqual(expected);
    expect(references.map(({ path }) => path).sort()).toEqual(
      expected.map((folder) => `${folder}/tsconfig.build.json`).sort(),
    );
  });

  it.each(built)('leave out everything that only tests need: $folder', (project) => {
    const { include, exclude = [] } = buildOf(project);
    expect(include).toEqual(['src/**/*.ts']);
    expect(exclude).toContain('src/**/*.spec.ts');
    const hasHelpers = existsSync(join(workspaceRoot, project.folder, 'src/testing'));
    if (hasHelpers) expect(exclude).toContain('src/testing/**');
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    const forTests = [
      ...Object.keys(devDependencies),
      ...(project.type === 'test' ? [] : ['@hawser/testing']),
    ];
    const running = sourcesOf(project, 'running').flatMap(packagesOf);
    expect(running.filter((name) => forTests.includes(name))).toEqual([]);
  });

  it.each(built)('come after the builds of what they import: $folder', (project) => {
    const referenced = (buildOf(project).references ?? []).map(({ path }) => path?.split('/').at(-2));
    const imported = sourcesOf(project, 'running')
      .flatMap(packagesOf)
      .filter((name) => name.startsWith('@hawser/') && name !== project.manifest.name)
      .map((name) => name.slice('@hawser/'.length));
    expect(referenced).toEqual(expect.arrayContaining(imported));
  });
});
