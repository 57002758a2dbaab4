import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';

export const handbook = readFileSync(join(workspaceRoot, 'docs/operations.md'), 'utf8');

/** What GitHub and GitLab make of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s/g, '-');

export const anchors: readonly string[] = [...handbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  anchorOf(heading),
);
