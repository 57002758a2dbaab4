import { serviceModules } from '../architecture/services.js';
import { anchorOf, anchors, handbook } from './handbook.js';
import { withDatabase } from './known-values.js';
import { rules, scrapeConfig } from './observability-files.js';

describe('the alert rules', () => {
  it('are found, each with a name of its own', () => {
    expect(rules.length).toBeGreaterThanOrEqual(15);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(rules)('$alert says how bad it is, what it is and what it means', (rule) => {
    expect(rule.alert).toMatch(/^Hawser[A-Z][A-Za-z]+$/);
    expect(['critical', 'warning']).toContain(rule.labels.severity);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'description', 'runbook']);
    expect(rule.annotations.summary).not.toMatch(/\.$/);
    expect(rule.annotations.description).toMatch(/\.$/);
  });

  it.each(rules)('$alert compares with something, and lasts', ({ expr, for: lasting }) => {
    expect(expr).toMatch(/[<>]|==|absent|unless/);
    // What counts over a quarter of an hour or more needs no more patience.
    if (lasting === undefined) expect(expr).toMatch(/\[(15m|30m|1h)\]/);
    else expect(lasting).toMatch(/^\d+m$/);
  });

  it.each(rules)('$alert leads to its own section of the handbook', ({ alert, annotations }) => {
    const [path, anchor = ''] = (annotations.runbook ?? '').split('#');
    expect(path).toBe('docs/operations.md');
    expect(anchor).toBe(anchorOf(alert));
    expect(anchors).toContain(anchor);
  });

  it('are all that the handbook has sections for', () => {
    const sections = [...handbook.matchAll(/^#+ (Hawser[A-Z]\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it('miss no service, and the example scrapes them all', () => {
    const programs = ['gateway', ...Object.keys(serviceModules)].sort();
    const [scraped] = scrapeConfig.scrape_configs.flatMap(({ dns_sd_configs: hosts }) => hosts);
    expect(scraped?.names.toSorted()).toEqual(programs);
    const namedBy = (alert: string): string[] => {
      const { expr = '' } = rules.find((rule) => rule.alert === alert) ?? {};
      const matchers = [...expr.matchAll(/service=~?"([\w|]+)"/g)];
      return matchers.flatMap(([, names = '']) => names.split('|')).sort();
    };
    expect(namedBy('HawserServiceMissing')).toEqual(programs);
    expect(namedBy('HawserDatabaseAway')).toEqual(withDatabase.toSorted());
  });

  it('name the job that the example scrapes', () => {
    const named = rules.flatMap(({ expr }) => [...expr.matchAll(/job="(\w+)"/g)].map(([, job]) => job));
    expect(new Set(named)).toEqual(new Set(scrapeConfig.scrape_configs.map(({ job_name }) => job_name)));
  });
});
