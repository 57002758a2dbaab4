import { ServiceError } from '@hawser/contracts';
import { slugCandidates, slugOf } from './slug.js';

const batchSize = 50;

/** Where slugs of one kind are kept. */
interface SlugStore {
  /** Those of the slugs that somebody has. */
  taken(slugs: string[]): Promise<string[]>;
  /** False when somebody else has had the slug since: the unique index decides. */
  insert(slug: string): Promise<boolean>;
}

/**
 * Inserts under the slug asked for, or else under the first free one of the name's.
 * @throws ServiceError name_taken when the slug asked for is another's
 */
export async function claimSlug(
  kind: 'workspace' | 'crew',
  asked: { name: string; slug?: string | null },
  store: SlugStore,
): Promise<string> {
  if (asked.slug != null) {
    if (await store.insert(asked.slug)) return asked.slug;
    throw slugTaken(kind, asked.slug);
  }
  const base = slugOf(asked.name, kind);
  for (;;) {
    const slug = await firstFree(base, (slugs) => store.taken(slugs));
    if (await store.insert(slug)) return slug;
  }
}

export async function firstFree(base: string, taken: SlugStore['taken']): Promise<string> {
  for (let first = 1; ; first += batchSize) {
    const candidates = slugCandidates(base, first, batchSize);
    const known = new Set(await taken(candidates));
    const free = candidates.find((slug) => !known.has(slug));
    if (free !== undefined) return free;
  }
}

export function slugTaken(kind: 'workspace' | 'crew', slug: string): ServiceError {
  return new ServiceError('name_taken', `there is a ${kind} with slug "${slug}" already; choose another`, {
    field: 'slug',
    value: slug,
  });
}
