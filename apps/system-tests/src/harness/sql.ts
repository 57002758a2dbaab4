import { createDataSource } from '@hawser/persistence';

/** Runs SQL as whoever the url names, without any schema in its search path. */
export async function runSql<Row>(url: string, sql: string): Promise<Row[]> {
  const dataSource = createDataSource({ url, schema: 'none', entities: [], migrations: [] });
  await dataSource.initialize();
  try {
    return await dataSource.query<Row[]>(sql);
  } finally {
    await dataSource.destroy();
  }
}

/** Of every table of the services, how many rows it has and a checksum of what is in them. */
export async function contentsOf(url: string): Promise<Record<string, string>> {
  const tables = await runSql<{ name: string }>(
    url,
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
      WHERE table_schema IN ('directory', 'bindings', 'vault') ORDER BY name`,
  );
  const sums = await runSql<{ name: string; sum: string }>(
    url,
    tables
      .map(
        ({ name }) =>
          `SELECT '${name}' AS name,
             count(*) || ' rows, ' || md5(coalesce(string_agg(row::text, '' ORDER BY row::text), '')) AS sum
            FROM ${name} AS row`,
      )
      .join(' UNION ALL '),
  );
  return Object.fromEntries(sums.map(({ name, sum }) => [name, sum]));
}
