import { Flag, Id } from './fields.js';

/** What a DELETE answers. */
export class Deleted {
  @Id() id!: string;
  @Flag({ example: true }) deleted!: true;
}
