const maxLength = 63;

/** `Überflieger & Co.` → `uberflieger-co`; a name without a single Latin letter or digit gets `fallback`. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return cut(slug.replace(/^-/, ''), maxLength) || fallback;
}

/** `base` + `ending`, shortened where needed to stay a slug. */
export function withEnding(base: string, ending: string): string {
  return cut(base, maxLength - ending.length) + ending;
}

/** `count` slugs, the `first` one counting from 1: base, base-2, base-3… */
export function slugCandidates(base: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => first + index).map((n) =>
    n === 1 ? base : withEnding(base, `-${n}`),
  );
}

function cut(slug: string, length: number): string {
  return slug.slice(0, length).replace(/-+$/, '');
}
