import { QueryFlag } from '@hawser/contracts';

export class ResolvedQuery {
  @QueryFlag({ description: 'also say where every field comes from, and what was left out and why' })
  explain?: boolean;
}
