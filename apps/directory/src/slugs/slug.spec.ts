import { slugCandidates, slugOf, withEnding } from './slug.js';

describe('a slug made from a name', () => {
  it.each([
    ['Research', 'research'],
    ['  Überflieger & Co.  ', 'uberflieger-co'],
    ['R2-D2', 'r2-d2'],
    ['--a--b--', 'a-b'],
    ['ﬁnance', 'finance'],
  ])('of "%s" is "%s"', (name, slug) => expect(slugOf(name, 'crew')).toBe(slug));

  it('is the kind of thing when the name has no Latin letter or digit', () => {
    expect(slugOf('調査', 'crew')).toBe('crew');
    expect(slugOf('!!!', 'workspace')).toBe('workspace');
  });

  it('has at most 63 characters and ends with a letter or a digit', () => {
    expect(slugOf('x'.repeat(200), 'crew')).toBe('x'.repeat(63));
    expect(slugOf(`${'x'.repeat(62)} y`, 'crew')).toBe('x'.repeat(62));
  });
});

describe('an ending', () => {
  it('shortens a long slug to fit', () => {
    expect(withEnding('demo', '-sandbox')).toBe('demo-sandbox');
    expect(withEnding('x'.repeat(63), '-sandbox')).toBe(`${'x'.repeat(55)}-sandbox`);
  });

  it('never follows a dash', () => {
    expect(withEnding(`${'x'.repeat(54)}-yyyyyyyy`, '-sandbox')).toBe(`${'x'.repeat(54)}-sandbox`);
  });
});

it('numbers the slugs to try from 2, the first being without a number', () => {
  expect(slugCandidates('demo', 1, 3)).toEqual(['demo', 'demo-2', 'demo-3']);
  expect(slugCandidates('demo', 4, 2)).toEqual(['demo-4', 'demo-5']);
});
