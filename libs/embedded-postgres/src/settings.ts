/** Small enough for a laptop; what makes a commit durable stays as PostgreSQL has it. */
const DEFAULTS: Record<string, string> = {
  shared_buffers: '64MB',
  max_connections: '100',
  max_wal_size: '256MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A failed statement is told to its client, who logs it. Not here: the file would grow, and hold statements.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/**
 * Server options as `pg_ctl --options` wants them: one string that a shell will read.
 *
 * @param settings what the caller wants otherwise than the defaults
 * @param fixed what nobody may change
 */
export function serverOptions(settings: Record<string, string>, fixed: Record<string, string>): string {
  return Object.entries({ ...DEFAULTS, ...settings, ...fixed })
    .map(([name, value]) => `-c ${shellQuoted(`${name}=${value}`)}`)
    .join(' ');
}

/** Whether the caller gave up durability, as tests do. */
export function isDurable(settings: Record<string, string>): boolean {
  return settings['fsync'] !== 'off';
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
