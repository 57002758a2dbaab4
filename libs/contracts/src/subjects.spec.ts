import * as bindings from './bindings/index.js';
import type { AnyEvent, AnyRpc } from './contract.js';
import * as directory from './directory/index.js';
import { errorCodes } from './errors.js';
import { universalErrors } from './index.js';
import * as probe from './probe/index.js';
import * as vault from './vault/index.js';

const services: Record<string, object> = { bindings, directory, probe, vault };

interface Named<Contract> {
  service: string;
  contract: Contract;
}

function contractsOf<Contract extends AnyRpc | AnyEvent>(kind: Contract['kind']): Named<Contract>[] {
  return Object.entries(services).flatMap(([service, exported]) =>
    Object.values(exported)
      .filter((value: Partial<Contract>): value is Contract => value.kind === kind)
      .map((contract) => ({ service, contract })),
  );
}

const rpcs = contractsOf<AnyRpc>('rpc');
const events = contractsOf<AnyEvent>('event');
// A word, or several joined by hyphens.
const word = '[a-z]+(?:-[a-z]+)*';

/** What requests that change nothing are called; any other verb is taken for a change, asking somebody outside too. */
const readingVerbs = [
  'get',
  'list',
  'overview',
  'resolve',
  'explain',
  'authorise',
  'check',
  'describe',
  'disclose',
];
/** Changes after which a second one finds nothing left to do, and answers the same. */
const repeatableWrites = ['tenant.forget', 'data-key.rotate', 'oauth-client.set'];

describe('contracts', () => {
  it('are found: requests of all services, and their events', () => {
    expect(rpcs.length).toBeGreaterThanOrEqual(40);
    expect(events.map(({ contract }) => contract.subject).sort()).toEqual([
      'hawser.events.bindings.record.changed.v1',
      'hawser.events.directory.tenant.departed.v1',
      'hawser.events.vault.credential.status-changed.v1',
      'hawser.events.vault.record.changed.v1',
    ]);
  });

  it.each(rpcs)('have a subject of their own service: $contract.subject', ({ service, contract }) => {
    expect(contract.subject).toMatch(new RegExp(`^hawser\\.${service}\\.${word}\\.${word}\\.v[1-9]$`));
  });

  it.each(events)('tell facts of their own service: $contract.subject', ({ service, contract }) => {
    expect(contract.subject).toMatch(
      new RegExp(`^hawser\\.events\\.${service}\\.${word}\\.${word}\\.v[1-9]$`),
    );
  });

  it('share no subject', () => {
    const subjects = [...rpcs, ...events].map(({ contract }) => contract.subject);
    expect(subjects.filter((subject, index) => subjects.indexOf(subject) !== index)).toEqual([]);
  });

  it.each(rpcs)('name known errors of their own, each once: $contract.subject', ({ contract }) => {
    const { errors } = contract;
    expect(errorCodes).toEqual(expect.arrayContaining([...errors]));
    expect(new Set(errors).size).toBe(errors.length);
    expect(errors.filter((code) => universalErrors.includes(code))).toEqual([]);
  });

  it.each(rpcs)('have a deadline that a caller can wait for: $contract.subject', ({ contract }) => {
    expect(contract.deadlineMs).toBeGreaterThanOrEqual(1_000);
    expect(contract.deadlineMs).toBeLessThanOrEqual(30_000);
  });

  it.each(rpcs)('may be repeated if they only read, and else only by design: $contract.subject', (rpc) => {
    const [, , entity, verb] = rpc.contract.subject.split('.');
    const repeatable = readingVerbs.includes(verb ?? '') || repeatableWrites.includes(`${entity}.${verb}`);
    expect(rpc.contract.idempotent).toBe(repeatable);
  });

  it('that create by an Idempotency-Key say that it may have been used for something else', () => {
    const creating = rpcs.filter(({ contract }) => contract.subject.endsWith('.create.v1'));
    expect(creating.length).toBeGreaterThanOrEqual(8);
    for (const { contract } of creating) expect(contract.errors).toContain('idempotency_key_reused');
  });
});
