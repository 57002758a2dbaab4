import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';

export interface Instruction {
  /** `COPY` */
  name: string;
  /** What follows it, on one line. */
  text: string;
}

export interface Stage {
  from: string;
  as: string;
  instructions: Instruction[];
}

export interface Dockerfile {
  /** ARGs before the first stage, with their defaults. */
  globals: Record<string, string>;
  stages: Stage[];
}

/** Reads a Dockerfile: comments left out, continued lines joined. */
export function readDockerfile(path: string): Dockerfile {
  const lines = readFileSync(join(workspaceRoot, path), 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const file: Dockerfile = { globals: {}, stages: [] };
  for (const line of lines) {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const stage = file.stages.at(-1);
    const [, from = '', as = ''] = /^(\S+) AS (\S+)$/.exec(text) ?? [];
    if (name === 'FROM') file.stages.push({ from, as, instructions: [] });
    else if (stage !== undefined) stage.instructions.push({ name, text });
    else file.globals[text.split('=')[0] ?? ''] = text.slice(text.indexOf('=') + 1);
  }
  return file;
}

/** All instructions of one name, without the name. */
export const textsOf = ({ instructions }: Stage, name: string): string[] =>
  instructions.filter((each) => each.name === name).map(({ text }) => text);
