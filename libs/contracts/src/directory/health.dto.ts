import { Flag, Integer } from '../fields.js';

export class Health {
  @Flag() ok!: boolean;
  @Integer({ description: 'of the database round trip' }) database_ms!: number;
}
