import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

/** Programs with a schema and a database role of their own. */
export const services = ['directory', 'vault', 'bindings'] as const;
export type Service = (typeof services)[number];
/** Programs that keep nothing. */
type StatelessService = 'probe';
export type App = Service | StatelessService | 'gateway';

/** One process that is to run, again if it ends. */
export interface PlannedProcess {
  /** `bindings-1` */
  name: string;
  app: App;
  /** 1, 2 … */
  replica: number;
  /** Absolute path. */
  program: string;
  host: string;
  /** Undefined: another free one each time. */
  port: number | undefined;
  /** All that it is told, besides host and port. */
  environment: Record<string, string>;
}

export interface Surroundings {
  host: string;
  /** Of all but `directory`. */
  replicas: number;
  /** One for each gateway. */
  gatewayPorts: readonly number[];
  natsUrl: string;
  /** Each with the service's own role. */
  databaseUrls: Record<Service, string>;
  ownerToken: string;
  /** As HAWSER_MASTER_KEYS has it. */
  masterKeys: string;
  drainSeconds: number;
  passedOn: Record<string, string>;
}

const loopback = '127.0.0.1';

/** What is passed on to whom: nobody is told more than it reads. */
const forAll = ['HAWSER_LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'];
const forApps: Record<App, readonly string[]> = {
  directory: [...forAll, 'HAWSER_DATABASE_POOL'],
  vault: [...forAll, 'HAWSER_DATABASE_POOL', 'HAWSER_EGRESS_ALLOW', 'HAWSER_REDIRECT_ALLOW'],
  bindings: [...forAll, 'HAWSER_DATABASE_POOL', 'HAWSER_EGRESS_ALLOW'],
  probe: [...forAll, 'HAWSER_EGRESS_ALLOW'],
  gateway: [...forAll, 'HAWSER_CORS_ORIGINS', 'HAWSER_PUBLIC_URL', 'OIDC_ISSUER', 'OIDC_AUDIENCE'],
};

/** Of their start: services before gateways. */
const inOrder: readonly App[] = [...services, 'probe', 'gateway'];

/** All processes of the system, and what each is told. */
export function planProcesses(around: Surroundings): PlannedProcess[] {
  const bus = { NATS_URL: around.natsUrl, HAWSER_DRAIN_SECONDS: String(around.drainSeconds) };
  return inOrder.flatMap((app) =>
    identitiesOf(app, around.replicas).map((identity, index) => ({
      ...identity,
      ...(app === 'gateway'
        ? { host: around.host, port: around.gatewayPorts[index] }
        : { host: loopback, port: undefined }),
      environment: {
        ...bus,
        ...only(forApps[app], around.passedOn),
        ...(isService(app) ? { DATABASE_URL: around.databaseUrls[app] } : {}),
        ...(app === 'directory' ? { HAWSER_BOOTSTRAP_TOKEN: around.ownerToken } : {}),
        ...(app === 'vault' ? { HAWSER_MASTER_KEYS: around.masterKeys } : {}),
      },
    })),
  );
}

/** The names of all processes, in the order of their start. */
export function processNames(replicas: number): string[] {
  return inOrder.flatMap((app) => identitiesOf(app, replicas).map(({ name }) => name));
}

function isService(app: App): app is Service {
  return services.some((service) => service === app);
}

type Identity = Pick<PlannedProcess, 'name' | 'app' | 'replica' | 'program'>;

/** There is one `directory`: the load is on the others. */
function identitiesOf(app: App, replicas: number): Identity[] {
  return Array.from({ length: app === 'directory' ? 1 : replicas }, (_, index) => ({
    name: `${app}-${index + 1}`,
    app,
    replica: index + 1,
    program: programOf(app, 'main'),
  }));
}

/** The file of an app's program, built. */
export function programOf(app: App, program: 'main' | 'migrate'): string {
  return join(root, 'apps', app, 'dist', `${program}.js`);
}

function only(names: readonly string[], given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}
