import { join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

/** Programs with a schema and a database role of their own. */
export const services = ['directory', 'bindings'] as const;
export type Service = (typeof services)[number];
export type App = Service | 'gateway';

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
  /** Of `bindings` and of the gateway. */
  replicas: number;
  /** One for each gateway. */
  gatewayPorts: readonly number[];
  natsUrl: string;
  /** Each with the service's own role. */
  databaseUrls: Record<Service, string>;
  ownerToken: string;
  drainSeconds: number;
  passedOn: Record<string, string>;
}

const loopback = '127.0.0.1';

/** What is passed on to whom: nobody is told more than it reads. */
const forAll = ['HAWSER_LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'];
const forServices = [...forAll, 'HAWSER_DATABASE_POOL'];
const forGateways = [...forAll, 'HAWSER_CORS_ORIGINS', 'HAWSER_PUBLIC_URL', 'OIDC_ISSUER', 'OIDC_AUDIENCE'];

/** All processes of the system, and what each is told. */
export function planProcesses(around: Surroundings): PlannedProcess[] {
  const bus = { NATS_URL: around.natsUrl, HAWSER_DRAIN_SECONDS: String(around.drainSeconds) };
  return [
    ...services.flatMap((service) =>
      identitiesOf(service, around.replicas).map((identity) => ({
        ...identity,
        host: loopback,
        port: undefined,
        environment: {
          ...bus,
          ...only(forServices, around.passedOn),
          DATABASE_URL: around.databaseUrls[service],
          ...(service === 'directory' ? { HAWSER_BOOTSTRAP_TOKEN: around.ownerToken } : {}),
        },
      })),
    ),
    ...identitiesOf('gateway', around.replicas).map((identity, index) => ({
      ...identity,
      host: around.host,
      port: around.gatewayPorts[index],
      environment: { ...bus, ...only(forGateways, around.passedOn) },
    })),
  ];
}

/** The names of all processes, in the order of their start. */
export function processNames(replicas: number): string[] {
  return [...services, 'gateway' as const].flatMap((app) =>
    identitiesOf(app, replicas).map(({ name }) => name),
  );
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

function only(names: string[], given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
}
