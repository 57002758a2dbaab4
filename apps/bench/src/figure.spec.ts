import { latencyFigure, tableOf, throughputFigure } from './figure.js';

const rounds = (...speeds: number[]): { requestsPerSecond: number; latencyMs: number }[] =>
  speeds.map((requestsPerSecond) => ({ requestsPerSecond, latencyMs: 1000 / requestsPerSecond }));
const names = { name: 'ours', floorName: 'bare' };

it('compares throughput round by round', () => {
  const figure = throughputFigure({ ...names, ours: rounds(50, 60, 90), floor: rounds(100, 100, 100) }, 0.6);
  expect(figure).toMatchObject({
    ratio: { median: 0.6, lowest: 0.5, highest: 0.9 },
    ours: '60/s',
    floor: '100/s',
    target: '≥ 0.6',
    met: true,
  });
});

it('compares latency the other way round', () => {
  const figure = latencyFigure({ ...names, ours: rounds(50, 100), floor: rounds(100, 100) }, 1.2);
  expect(figure).toMatchObject({ ratio: { median: 1.5, lowest: 1, highest: 2 }, met: false });
});

it('refuses to compare rounds that were not measured', () => {
  expect(() => throughputFigure({ ...names, ours: rounds(1, 2), floor: rounds(1) }, 1)).toThrow('no round 1');
});

it('is printed as a table', () => {
  const figure = throughputFigure({ ...names, ours: rounds(50), floor: rounds(100) }, 0.6);
  expect(tableOf([figure]).split('\n')[2]).toBe(
    '| ours | 50/s | bare | 100/s | 0.50 | 0.50 to 0.50 | ≥ 0.6 | no |',
  );
});
