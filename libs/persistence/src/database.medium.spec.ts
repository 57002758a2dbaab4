import { createDataSource } from './database.js';
import { migrate } from './migrate.js';
import { notesDatabase, type NotesDatabase } from './testing/notes.js';

describe('a service database', () => {
  let notes: NotesDatabase;
  beforeAll(async () => {
    notes = await notesDatabase();
  });
  afterAll(() => notes.close());

  it('migrates once, however many processes try at the same time', async () => {
    await Promise.all([migrate(notes.options), migrate(notes.options), migrate(notes.options)]);
    const applied = await notes.dataSource.query<{ name: string }[]>(`SELECT name FROM migrations`);
    expect(applied.map(({ name }) => name)).toEqual(['CreateNotes1700000000000']);
  });

  it('gives a migration back', async () => {
    await notes.dataSource.undoLastMigration();
    const tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'notes'`;
    expect(await notes.dataSource.query(tables)).toEqual([{ table_name: 'migrations' }]);
    await migrate(notes.options);
  });

  it('lets no statement run for ever', async () => {
    const [row] = await notes.dataSource.query<{ statement_timeout: string }[]>(`SHOW statement_timeout`);
    expect(row).toEqual({ statement_timeout: '10s' });
  });

  it('finds its tables without naming the schema', async () => {
    await notes.dataSource.query(`INSERT INTO notes (id) VALUES ('n')`);
    expect(await notes.dataSource.query(`SELECT id FROM notes.notes`)).toEqual([{ id: 'n' }]);
  });

  it('says within its deadline that a database cannot be reached', async () => {
    const nowhere = createDataSource({ ...notes.options, url: 'postgresql://nobody@127.0.0.1:1/none' });
    await expect(nowhere.initialize()).rejects.toThrow(/ECONNREFUSED/);
  });
});
