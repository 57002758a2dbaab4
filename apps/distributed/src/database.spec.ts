import { passwordOf, urlAs } from './database.js';

describe("the address of a service's database", () => {
  it('is the given one, as another role', () => {
    expect(urlAs('postgres://admin:a%2Fb@db:5433/hawser?sslmode=disable', 'hawser_bindings', 'x')).toBe(
      'postgres://hawser_bindings:x@db:5433/hawser?sslmode=disable',
    );
    expect(urlAs('postgres://postgres@localhost:5432/hawser?host=%2Ftmp%2Fs', 'hawser_bindings', '')).toBe(
      'postgres://hawser_bindings@localhost:5432/hawser?host=%2Ftmp%2Fs',
    );
  });

  it('has a password that follows from the given one and is another for each role', () => {
    const given = 'postgres://admin:secret@db/hawser';
    expect(passwordOf(given, 'bindings')).toMatch(/^[\w-]{43}$/);
    expect(passwordOf(given, 'bindings')).toBe(passwordOf('postgres://other:secret@db/y', 'bindings'));
    expect(passwordOf(given, 'bindings')).not.toBe(passwordOf(given, 'directory'));
    expect(passwordOf(given, 'bindings')).not.toBe(passwordOf('postgres://admin:other@db/x', 'bindings'));
  });

  it('has none where the server asks for none', () => {
    expect(passwordOf('postgres://postgres@localhost/hawser', 'bindings')).toBe('');
  });
});
