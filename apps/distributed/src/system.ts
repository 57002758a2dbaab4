import { join } from 'node:path';
import { keptMasterKeys, type Started } from '@hawser/runtime';
import { given, type Backing } from './backing.js';
import type { Config } from './config.js';
import { openDataDir } from './data-dir.js';
import { prepareDatabase } from './database.js';
import { findDemoAgent } from './demo-agent.js';
import { KeptNats } from './kept-nats.js';
import { endLeftovers } from './leftovers.js';
import { LogFiles } from './log-files.js';
import { runMigrations } from './migrations.js';
import { ownerToken } from './owner-token.js';
import { planProcesses } from './plan.js';
import { gatewayPorts } from './ports.js';
import { startPostgres } from './postgres.js';
import { Replica } from './replica.js';
import { StateFile, type State } from './state-file.js';
import { lockDataDir } from './supervisor-lock.js';

export interface RunningSystem {
  /** Services before gateways. */
  replicas: readonly Replica[];
  gatewayUrls: string[];
  ownerToken: string;
  demoAgentId: string | undefined;
  logFolder: string;
  stateFile: string;
}

/** Takes a line, and the name of the process that wrote it. */
export type Output = (name: string, line: string) => void;

/** How much longer a process may take than it gives itself, before it is killed. */
const killAfterDrainSeconds = 5;

/**
 * Every service in processes of its own, on real NATS and PostgreSQL. What has been started is in `started`, also when
 * this fails; ending it stops the gateways, then the services, then NATS and PostgreSQL.
 * @param asked aborts when what is being started is to stop
 * @throws ConfigError ports or the data directory are taken
 * @throws ProcessError a process does not do what it should
 * @throws InstanceLockedError another program has the data directory's PostgreSQL
 */
export async function startSystem(
  config: Config,
  started: Started,
  asked: AbortSignal,
  print: Output,
): Promise<RunningSystem> {
  const say = (line: string): void => print('hawser', line);
  const dataDir = await openDataDir(config.dataDir);
  started.add(await lockDataDir(dataDir), (release) => release());
  const stateFile = new StateFile(dataDir);
  await endLeftovers(stateFile.read(), say);
  const ports = await gatewayPorts(config.host, config.port, config.replicas);

  const running: Running = { replicas: [] };
  const changed = (): void => stateFile.write(stateOf(running));
  started.add(stateFile, (it) => Promise.resolve(it.remove()));
  const files = started.add(new LogFiles(join(dataDir, 'logs')), (it) => it.close());
  const output: Output = (name, line) => {
    print(name, line);
    files.write(name, line);
  };

  const postgres =
    config.databaseUrl === undefined
      ? await startPostgres({ dataDir, say, changed }, started)
      : given(config.databaseUrl);
  running.postgres = postgres;
  asked.throwIfAborted();
  const nats =
    config.natsUrl === undefined
      ? started.add(await KeptNats.start({ storeDir: join(dataDir, 'nats'), say, changed }), (it) =>
          it.stop(),
        )
      : given(config.natsUrl);
  running.nats = nats;
  changed();

  const databaseUrls = await prepareDatabase(postgres.url);
  await runMigrations({ databaseUrls, passedOn: config.passedOn, output, asked });
  asked.throwIfAborted();

  const token = await ownerToken(dataDir, config.bootstrapToken);
  const masterKeys = config.masterKeys ?? (await keptMasterKeys(dataDir));
  const graceMs = (config.drainSeconds + killAfterDrainSeconds) * 1000;
  running.replicas = planProcesses({
    host: config.host,
    replicas: config.replicas,
    gatewayPorts: ports,
    natsUrl: nats.url,
    databaseUrls,
    ownerToken: token,
    masterKeys,
    drainSeconds: config.drainSeconds,
    passedOn: config.passedOn,
  }).map((process) => new Replica(process, { output, say, changed, graceMs }));
  const gateways = running.replicas.filter(isGateway);
  for (const group of [running.replicas.filter((replica) => !isGateway(replica)), gateways])
    started.add(group, () => Promise.all(group.map((replica) => replica.stop())));
  await Promise.all(running.replicas.map((replica) => replica.start()));

  const gatewayUrls = gateways.flatMap((gateway) => gateway.running?.url ?? []);
  return {
    replicas: running.replicas,
    gatewayUrls,
    ownerToken: token,
    demoAgentId: await findDemoAgent(gatewayUrls[0] ?? '', token),
    logFolder: files.folder,
    stateFile: stateFile.path,
  };
}

interface Running {
  postgres?: Backing;
  nats?: Backing;
  replicas: Replica[];
}

const isGateway = ({ plan }: Replica): boolean => plan.app === 'gateway';

function stateOf({ replicas, nats, postgres }: Running): State {
  return {
    processes: replicas.flatMap(({ plan: { name, app, replica }, running }) =>
      running === undefined ? [] : [{ name, app, replica, pid: running.pid, url: running.url }],
    ),
    nats: nats === undefined ? null : { pid: nats.pid(), url: nats.url },
    postgres: postgres === undefined ? null : { pid: postgres.pid(), url: postgres.url },
  };
}
