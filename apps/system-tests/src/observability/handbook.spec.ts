import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serviceModules, workspaceRoot } from '../architecture/services.js';
import { anchors, handbook } from './handbook.js';
import { withDatabase } from './known-values.js';
import { dashboard } from './observability-files.js';

const of = (name: string): string => `hawser-${name}`;
const all = (pattern: RegExp): string[] => [...handbook.matchAll(pattern)].map(([, found = '']) => found);

describe('the handbook', () => {
  it('leads to sections that it has', () => {
    const links = all(/\]\(#([^)]+)\)/g);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('names every service where it says what they are called in logs, traces and pools', () => {
    const services = Object.keys(serviceModules);
    const [logs = ''] = all(/^\| `service` \| (.*) \|$/gm);
    const [traces = ''] = all(/^event tells .* The services are called ((?:`[\w-]+`[,.]\s+)+)/gm);
    const [pools = ''] = all(/\(`application_name` is ([^)]+)\)/g);
    const lacks = (text: string, names: readonly string[]): string[] =>
      names.filter((name) => !text.includes(`\`${name}\``));
    expect({
      logs: lacks(logs, ['gateway', ...services, ...withDatabase.map((name) => `${name}-migration`)]),
      traces: lacks(traces, ['gateway', ...services].map(of)),
      pools: lacks(pools, withDatabase.map(of)),
    }).toEqual({ logs: [], traces: [], pools: [] });
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
