import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';
import { readDockerfile, textsOf } from './dockerfile.js';

const known = [
  ...['ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'RUN', 'STOPSIGNAL'],
  ...['USER', 'WORKDIR'],
];
const exec = (text: string): string[] => JSON.parse(text) as string[];

describe('deploy/Dockerfile', () => {
  const { globals, stages } = readDockerfile('deploy/Dockerfile');
  const program = stages.at(-1)!;

  it('is made of instructions that Docker knows', () => {
    expect(stages.map(({ as }) => as)).toEqual(['manifests', 'build', 'program']);
    const names = stages.flatMap(({ instructions }) => instructions.map(({ name }) => name));
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('builds and runs on the Node that the workspace pins, by its full version', () => {
    const { optionalDependencies } = JSON.parse(
      readFileSync(join(workspaceRoot, 'package.json'), 'utf8'),
    ) as {
      optionalDependencies: { node: string };
    };
    expect(globals.NODE_IMAGE).toBe(`node:${optionalDependencies.node}-trixie-slim`);
    expect(stages.map(({ from }) => from)).toEqual(stages.map(() => '${NODE_IMAGE}'));
  });

  it('copies only what is there and not ignored, or what an earlier stage made', () => {
    const ignored = readFileSync(join(workspaceRoot, '.dockerignore'), 'utf8').split('\n');
    stages.forEach((stage, index) => {
      for (const text of textsOf(stage, 'COPY')) {
        const [, earlier] = /^--from=(\S+)/.exec(text) ?? [];
        if (earlier !== undefined) {
          expect(stages.slice(0, index).map(({ as }) => as)).toContain(earlier);
          continue;
        }
        const sources = text.split(' ').slice(0, -1);
        for (const source of sources) {
          expect([source, existsSync(join(workspaceRoot, source))]).toEqual([source, true]);
          expect(ignored).not.toContain(source);
        }
      }
    });
  });

  it('uses every argument, and only arguments that the stage has', () => {
    for (const stage of stages) {
      const taken = textsOf(stage, 'ARG').map((text) => text.split('=')[0] ?? '');
      const texts = stage.instructions.filter(({ name }) => name !== 'ARG').map(({ text }) => text);
      const used = texts.join('\n').matchAll(/\$\{(\w+)\}/g);
      expect([...new Set([...used].map(([, name]) => name))].sort()).toEqual([...taken].sort());
    }
  });

  it('says the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(textsOf(program, 'ARG')).toContain(`VERSION=${version}`);
  });

  it('runs node itself, so that SIGTERM reaches it, as a user who is not root by number', () => {
    expect(textsOf(program, 'USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect(exec(textsOf(program, 'ENTRYPOINT')[0]!)[0]).toBe('node');
    expect(exec(textsOf(program, 'CMD')[0]!)).toEqual(['dist/main.js']);
    expect(textsOf(program, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(textsOf(program, 'RUN')).toEqual([]);
  });

  it('asks the program how it is with a script that the image has', () => {
    const [, command = ''] = / CMD (\[.*\])$/.exec(textsOf(program, 'HEALTHCHECK')[0]!) ?? [];
    const [node, script] = exec(command);
    expect(node).toBe('node');
    expect(textsOf(program, 'COPY')).toContain(`deploy/image/healthcheck.mjs ${script}`);
  });

  it('keeps out of the build what was installed, built or written down here', () => {
    const ignored = readFileSync(join(workspaceRoot, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining(['**/node_modules', '**/dist', '.git', '.env', '.hawser']),
    );
  });
});
