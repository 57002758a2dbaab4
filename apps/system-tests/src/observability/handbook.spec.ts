import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../architecture/services.js';
import { anchors, handbook } from './handbook.js';
import { dashboard } from './observability-files.js';

const all = (pattern: RegExp): string[] => [...handbook.matchAll(pattern)].map(([, found = '']) => found);

describe('the handbook', () => {
  it('leads to sections that it has', () => {
    const links = all(/\]\(#([^)]+)\)/g);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('leads to files that there are', () => {
    const links = all(/\]\((?!#|https:)([^)#]+)/g);
    expect(links).toContain('configuration.md');
    expect(links.filter((path) => !existsSync(join(workspaceRoot, 'docs', path)))).toEqual([]);
  });

  it('sends its readers to panels of the dashboard', () => {
    const named = all(/(?<!\*)\*([^*\n]+)\*(?!\*)/g);
    expect(named).toContain('Errors by route');
    const titles = dashboard.panels.map(({ title }) => title);
    expect(named.filter((name) => !titles.some((title) => title.startsWith(name)))).toEqual([]);
  });
});
