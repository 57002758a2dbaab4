import { parseQuery } from './promql.js';

describe('an expression', () => {
  it('tells its metrics, with what is asked of their labels', () => {
    const { selectors } = parseQuery('rate(a_total{x="1", y=~"b|c"}[5m]) / on (x) d offset 5m > 0.5');
    expect(selectors).toEqual([
      {
        metric: 'a_total',
        matchers: [
          { label: 'x', operator: '=', value: '1' },
          { label: 'y', operator: '=~', value: 'b|c' },
        ],
      },
      { metric: 'd', matchers: [] },
    ]);
  });

  it('tells by which labels it groups, on either side of what is summed up', () => {
    const { groupings } = parseQuery('sum by (x, y) (a) / sum(b) by (z)');
    expect(groupings.map(({ labels, selectors }) => [labels, selectors.map(({ metric }) => metric)])).toEqual(
      [
        [['x', 'y'], ['a']],
        [['z'], ['b']],
      ],
    );
  });

  it('tells which labels it makes', () => {
    const { made } = parseQuery(
      'sum by (t) (label_replace(rate(a[5m]), "t", "$1", "s", "h\\\\.([^.]+)\\\\..*"))',
    );
    expect(made).toEqual(['t']);
  });

  it.each([
    ['nothing', ''],
    ['a missing bracket', 'sum(rate(a[5m])'],
    ['a bracket too many', 'sum(a))'],
    ['a rate of no range', 'rate(a)'],
    ['a range that is not asked for', 'sum(a[5m])'],
    ['a range alone', 'a[5m]'],
    ['a quantile of nothing', 'histogram_quantile(0.99)'],
    ['a range that is none', 'rate(a[5 minutes])'],
    ['two metrics in a row', 'a b'],
    ['an operator without its right side', 'a >'],
    ['a label without quotes', 'a{x=1}'],
    ['a comparison that matches no labels', 'a{x>"1"}'],
    ['a function that there is not', 'average(a[5m])'],
  ])('is refused with %s', (_, expression) => {
    expect(() => parseQuery(expression)).toThrow();
  });
});
