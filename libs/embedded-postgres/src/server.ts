import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ClientConfig } from 'pg';

import { SUPERUSER } from './cluster.js';
import type { Cluster } from './cluster.js';
import { isPostgres, readPid, releaseStaleLockFile } from './lock-file.js';
import { NotReadyError } from './not-ready-error.js';
import { run } from './program.js';
import type { Outcome } from './program.js';
import { logTail, prepareLog } from './server-log.js';
import { serverOptions } from './settings.js';
import { PORT, prepareSocketDir, socketDirFor } from './socket-dir.js';

const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Reasons not to start that pass: for a moment after PostgreSQL was killed its orphaned workers hold on to the
 * cluster, and a lock file that another one is about to fill is empty.
 */
const PASSING_REASON = /pre-existing shared memory block .* still in use|lock file ".*" is empty/;

/** The PostgreSQL server process of one cluster, seen through `pg_ctl`. */
export class Server {
  private readonly socketDir: string;
  private readonly pidFile: string;
  private readonly socketLockFile: string;

  constructor(
    private readonly cluster: Cluster,
    private readonly settings: Record<string, string>,
  ) {
    this.socketDir = socketDirFor(cluster.dataDir);
    this.pidFile = path.join(cluster.dir, 'postmaster.pid');
    this.socketLockFile = path.join(this.socketDir, `.s.PGSQL.${PORT}.lock`);
  }

  /** Whether it runs, be it this process or an earlier one that started it. */
  private async isRunning(): Promise<boolean> {
    const { code, output } = await this.pgCtl('status');
    if (code === 3) return false;
    if (code !== 0) throw new NotReadyError(`whether it runs is not to be known: ${output}`);
    return true;
  }

  /** Starts it unless it runs; see `start`. */
  async ensureRunning(timeoutMs: number): Promise<void> {
    await prepareSocketDir(this.socketDir, this.cluster.identity);
    await releaseStaleLockFile(this.pidFile);
    await releaseStaleLockFile(this.socketLockFile);
    if (!(await this.isRunning())) await this.start(timeoutMs);
  }

  /**
   * Starts it in a session of its own and waits until it answers. Returns also when it has found another one
   * running, which came first.
   *
   * @throws NotReadyError when what is in its way will pass
   * @throws Error with the end of PostgreSQL's log
   */
  private async start(timeoutMs: number): Promise<void> {
    const { dataDir, dir, binaries, identity } = this.cluster;
    assertShellSafe(dataDir, binaries.pgCtl);
    const logFile = path.join(dataDir, 'postgres.log');
    const logLength = await prepareLog(logFile, identity);
    const options = serverOptions(this.settings, {
      listen_addresses: '',
      port: String(PORT),
      unix_socket_directories: `"${this.socketDir}"`,
      unix_socket_permissions: '0700',
    });
    const { code, output } = await this.pgCtl(
      'start',
      `--log=${logFile}`,
      `--options=${options}`,
      `--timeout=${Math.ceil(timeoutMs / 1000)}`,
    );
    if (code === 0 || (await this.isRunning())) return;

    const tail = await logTail(logFile, logLength);
    if (PASSING_REASON.test(tail)) throw new NotReadyError(tail);
    throw new Error(
      `PostgreSQL did not start in ${dir}.\n${tail || output}\nThe whole log is in ${logFile}.`,
    );
  }

  /**
   * Ends it in an orderly way, whoever is connected, and waits until it has ended. `pg_ctl` would wait for the
   * next one too, if another process starts one right away.
   */
  async stop(): Promise<void> {
    const pid = await readPid(this.pidFile);
    const { output } = await this.pgCtl('stop', '--mode=fast', '--no-wait');
    const giveUpAt = Date.now() + STOP_TIMEOUT_MS;
    while (pid !== undefined && (await readPid(this.pidFile)) === pid && (await isPostgres(pid))) {
      if (Date.now() >= giveUpAt) {
        throw new Error(`PostgreSQL in ${this.cluster.dir} (process ${pid}) did not stop: ${output}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** How to connect as superuser. Nothing is left to PGHOST, PGSSLMODE and the like. */
  connection(database: string): ClientConfig {
    return {
      host: this.socketDir,
      port: PORT,
      user: SUPERUSER,
      database,
      ssl: false,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    };
  }

  /** The same as a URL. Its host name is a placeholder: TypeORM wants one, and `pg` prefers the parameter. */
  url(database: string): string {
    const query = new URLSearchParams({ host: this.socketDir, sslmode: 'disable' });
    return `postgres://${SUPERUSER}@localhost:${PORT}/${encodeURIComponent(database)}?${query.toString()}`;
  }

  private pgCtl(command: string, ...args: string[]): Promise<Outcome> {
    const { binaries, dir, identity } = this.cluster;
    return run(identity, binaries.pgCtl, [command, `--pgdata=${dir}`, ...args]);
  }
}

/** `pg_ctl start` puts these paths into a shell's command line between double quotes. */
function assertShellSafe(...paths: string[]): void {
  const unsafe = paths.find((each) => /["$`\\\n]/.test(each));
  if (unsafe !== undefined) {
    throw new Error(
      `PostgreSQL cannot be started with a quote, $, backslash or line break in a path: ${unsafe}`,
    );
  }
}
