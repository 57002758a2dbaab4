import { planProcesses, processNames, type PlannedProcess } from './plan.js';

const around = {
  host: '0.0.0.0',
  replicas: 2,
  gatewayPorts: [8080, 8081],
  natsUrl: 'nats://127.0.0.1:4222',
  databaseUrls: {
    directory: 'postgres://hawser_directory@db/x',
    vault: 'postgres://hawser_vault@db/x',
    bindings: 'postgres://hawser_bindings@db/x',
  },
  ownerToken: 'hws_live_owner',
  masterKeys: 'k1:key',
  drainSeconds: 25,
  passedOn: {},
};

const find = (plan: PlannedProcess[], name: string): PlannedProcess | undefined =>
  plan.find((process) => process.name === name);

describe('the plan of processes', () => {
  it('has two replicas of what takes the load, services before gateways', () => {
    const names = [
      ...['directory-1', 'vault-1', 'vault-2', 'bindings-1', 'bindings-2', 'probe-1', 'probe-2'],
      ...['gateway-1', 'gateway-2'],
    ];
    expect(planProcesses(around).map(({ name }) => name)).toEqual(names);
    expect(processNames(2)).toEqual(names);
  });

  it('has as many of them as asked for, and one directory', () => {
    const names = ['directory-1', 'vault-1', 'bindings-1', 'probe-1', 'gateway-1'];
    expect(planProcesses({ ...around, replicas: 1 }).map(({ name }) => name)).toEqual(names);
    expect(processNames(1)).toEqual(names);
  });

  it('shows nothing but the gateways to others, each on a port of its own', () => {
    const plan = planProcesses(around);
    for (const { app, host, port, replica } of plan)
      expect({ app, host, port }).toEqual(
        app === 'gateway'
          ? { app, host: '0.0.0.0', port: 8079 + replica }
          : { app, host: '127.0.0.1', port: undefined },
      );
  });

  it('tells each process what it needs and no more, and each service with a database its own role', () => {
    const plan = planProcesses(around);
    const bus = { NATS_URL: 'nats://127.0.0.1:4222', HAWSER_DRAIN_SECONDS: '25' };
    expect(find(plan, 'gateway-1')?.environment).toEqual(bus);
    expect(find(plan, 'probe-1')?.environment).toEqual(bus);
    expect(find(plan, 'bindings-2')?.environment).toEqual({
      ...bus,
      DATABASE_URL: 'postgres://hawser_bindings@db/x',
    });
    expect(find(plan, 'vault-1')?.environment).toEqual({
      ...bus,
      DATABASE_URL: 'postgres://hawser_vault@db/x',
      HAWSER_MASTER_KEYS: 'k1:key',
    });
    expect(find(plan, 'directory-1')?.environment).toEqual({
      ...bus,
      DATABASE_URL: 'postgres://hawser_directory@db/x',
      HAWSER_BOOTSTRAP_TOKEN: 'hws_live_owner',
    });
  });

  it('passes on to each what it reads', () => {
    const passedOn = {
      HAWSER_LOG_LEVEL: 'warn',
      HAWSER_DATABASE_POOL: '5',
      HAWSER_EGRESS_ALLOW: '127.0.0.1/32',
      OIDC_ISSUER: 'https://id.example.com',
      HOME: '/root',
    };
    const plan = planProcesses({ ...around, passedOn });
    const given = (name: string): string[] =>
      Object.keys(passedOn).filter((variable) => variable in (find(plan, name)?.environment ?? {}));
    expect(given('gateway-2')).toEqual(['HAWSER_LOG_LEVEL', 'OIDC_ISSUER']);
    expect(given('directory-1')).toEqual(['HAWSER_LOG_LEVEL', 'HAWSER_DATABASE_POOL']);
    expect(given('bindings-1')).toEqual(['HAWSER_LOG_LEVEL', 'HAWSER_DATABASE_POOL', 'HAWSER_EGRESS_ALLOW']);
    expect(given('probe-2')).toEqual(['HAWSER_LOG_LEVEL', 'HAWSER_EGRESS_ALLOW']);
  });
});
