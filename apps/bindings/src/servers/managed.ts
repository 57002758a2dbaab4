import { ServiceError } from '@hawser/contracts';

/** @throws ServiceError managed: the row is kept by something else, and a change here would be overwritten there */
export function requireUnmanaged<Row extends { id: string; managed_by: string | null }>(row: Row): Row {
  if (row.managed_by === null) return row;
  throw new ServiceError('managed', `"${row.id}" is managed by ${row.managed_by}; change it there`, {
    id: row.id,
    managed_by: row.managed_by,
  });
}
