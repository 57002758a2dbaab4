import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { workspaceRoot } from '../architecture/services.js';

interface Build {
  context: string;
  dockerfile: string;
  args: Record<string, string>;
}

/** As far as our files use it: https://github.com/compose-spec/compose-spec/blob/main/spec.md */
export interface Service {
  image: string;
  build?: Build;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  networks?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  user?: string;
  stop_grace_period?: string;
  deploy?: { replicas?: number };
}

export interface ComposeFile {
  name: string;
  services: Record<string, Service>;
  networks?: Record<string, { internal?: boolean } | null>;
  volumes?: Record<string, null>;
}

/** Reads a compose file of the workspace, with `variables` put in where it names them. */
export function readCompose(file: string, variables: Record<string, string>): ComposeFile {
  const text = readFileSync(join(workspaceRoot, file), 'utf8');
  const document = parseDocument(text, { strict: true, merge: true });
  if (document.errors[0] !== undefined) throw document.errors[0];
  return filled(document.toJS(), variables) as ComposeFile;
}

function filled(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, variables)]));
}

const reference = /\$\{(\w+):([-?])([^}]*)\}/g;

/** `${NAME:-default}` and `${NAME:?why it must be set}`; an empty value is an unset one in both. */
export function interpolate(text: string, variables: Record<string, string>): string {
  if (text.replaceAll(reference, '').includes('$')) {
    throw new Error(`"${text}" names a variable in a form that is not expected`);
  }
  return text.replaceAll(reference, (_, name: string, mark: string, word: string) => {
    const value = variables[name];
    if (value) return value;
    if (mark === '?') throw new Error(`${name} must be set: ${word}`);
    return word;
  });
}
