import { Integer, Text } from './fields.js';

export const defaultPageSize = 100;

/** Which part of a list: `limit` rows after the row that `cursor` stands for. */
export class PageQuery {
  @Integer({ min: 1, max: 1000, optional: true, default: defaultPageSize })
  limit?: number;

  @Text({ optional: true, max: 512, description: 'next_cursor of the page before' })
  cursor?: string;
}
