import { median, spreadOf } from './statistics.js';

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

it('has no median of nothing', () => {
  expect(() => median([])).toThrow('there is no median of nothing');
});

it('tells the range with the median', () => {
  expect(spreadOf([10, 2, 5])).toEqual({ median: 5, lowest: 2, highest: 10 });
});
