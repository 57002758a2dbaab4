import { dashboard, type Panel } from './observability-files.js';

const { panels } = dashboard;
const rows = panels.filter(({ type }) => type === 'row');
const charts = panels.filter(({ type }) => type !== 'row');
const gridWidth = 24;

function overlap({ gridPos: one }: Panel, { gridPos: other }: Panel): boolean {
  return (
    one.x < other.x + other.w &&
    other.x < one.x + one.w &&
    one.y < other.y + other.h &&
    other.y < one.y + one.h
  );
}

describe('the dashboard', () => {
  it('has an id of its own for each panel', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('has panels that lie side by side', () => {
    const pairs = panels.flatMap((one, index) =>
      panels
        .slice(index + 1)
        .filter((other) => overlap(one, other))
        .map((other) => [one.title, other.title]),
    );
    expect(pairs).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x < 0 || x + w > gridWidth)).toEqual([]);
  });

  it('is read from top to bottom: up, fast, which message, probes, sign-ins, events, full', () => {
    expect(rows.map(({ title }) => title.split('?')[0])).toEqual([
      'Is it up',
      'Is it fast',
      'Which message is it',
      'Which message is it',
      'What do probes find',
      'Do sign-ins last',
      'Do the events arrive',
      'What is full',
    ]);
    const inOrder = [...panels].sort(
      (one, other) => one.gridPos.y - other.gridPos.y || one.gridPos.x - other.gridPos.x,
    );
    expect(inOrder).toEqual(panels);
  });

  it.each(charts)('says what "$title" means, and asks for something', ({ description, targets = [] }) => {
    expect(description).toMatch(/\.$/);
    expect(targets.length).toBeGreaterThan(0);
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    for (const { expr } of targets) expect(expr.trim()).not.toBe('');
  });

  it('asks the Prometheus that its reader chooses', () => {
    const uids = [
      ...JSON.stringify(dashboard).matchAll(/"datasource":\{"type":"prometheus","uid":"([^"]*)"/g),
    ];
    expect(uids.length).toBeGreaterThan(charts.length);
    expect(new Set(uids.map(([, uid]) => uid))).toEqual(new Set(['${datasource}']));
  });
});
