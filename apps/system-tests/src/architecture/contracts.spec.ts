import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEvent, AnyRpc } from '@hawser/contracts';
import * as bindings from '@hawser/contracts/bindings';
import * as directory from '@hawser/contracts/directory';
import * as probe from '@hawser/contracts/probe';
import * as vault from '@hawser/contracts/vault';
import { Handles } from '@hawser/messaging';
import { Controller, Module, type Type } from '@nestjs/common';
import { projects, serviceModules, workspaceRoot } from './services.js';

/** What each part of the contracts exports; a new part is added here. */
const contracts: Record<string, object> = { bindings, directory, probe, vault };
/** Facts that are told although nobody listens yet. */
const unheard: string[] = [vault.credentialStatusChanged.subject];

interface Handler {
  service: string;
  /** `TenantHandler.forget` */
  method: string;
  contract: AnyRpc | AnyEvent;
}

/** Controllers of a module and of those it imports. */
function controllersOf(module: Type): Type[] {
  const own = (Reflect.getMetadata('controllers', module) ?? []) as Type[];
  const imported = (Reflect.getMetadata('imports', module) ?? []) as Type[];
  return [...own, ...imported.flatMap(controllersOf)];
}

function handlersOf(service: string, module: Type): Handler[] {
  // Modules may share another.
  return [...new Set(controllersOf(module))].flatMap((controller) => {
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = prototype[name] as object;
      if (Reflect.getMetadata('microservices:pattern', method) === undefined) return [];
      const { contract } = Reflect.getMetadata('microservices:pattern_extras', method) as Pick<
        Handler,
        'contract'
      >;
      return [{ service, method: `${controller.name}.${name}`, contract }];
    });
  });
}

function exportedOf<Contract extends AnyRpc | AnyEvent>(kind: Contract['kind']): Contract[] {
  return Object.values(contracts).flatMap((exported) =>
    Object.values(exported).filter((value: Partial<Contract>): value is Contract => value.kind === kind),
  );
}

const handlers = Object.entries(serviceModules).flatMap(([service, module]) => handlersOf(service, module));
const handlersFor = ({ subject }: { subject: string }): Handler[] =>
  handlers.filter(({ contract }) => contract.subject === subject);

describe('messages between services', () => {
  it('are looked for in every service and every part of the contracts', () => {
    const services = projects().filter(({ type, scope }) => type === 'service' && scope !== 'gateway');
    expect(services.map(({ scope }) => scope).sort()).toEqual(Object.keys(serviceModules).sort());
    const { exports } = JSON.parse(
      readFileSync(join(workspaceRoot, 'libs/contracts/package.json'), 'utf8'),
    ) as { exports: Record<string, object> };
    const parts = Object.keys(exports).filter((path) => path !== '.');
    expect(parts.sort()).toEqual(
      Object.keys(contracts)
        .map((name) => `./${name}`)
        .sort(),
    );
    expect(handlers.length).toBeGreaterThanOrEqual(40);
  });

  it.each(exportedOf<AnyRpc>('rpc'))(
    'have exactly one handler, in the service that the subject names: $subject',
    (contract) => {
      const [, service] = contract.subject.split('.');
      expect(
        handlersFor(contract).map((handler) => [handler.service, handler.contract === contract]),
      ).toEqual([[service, true]]);
    },
  );

  it.each(exportedOf<AnyEvent>('event'))('tell facts that somebody hears: $subject', (contract) => {
    const consumers = handlersFor(contract);
    expect(consumers.length > 0).toBe(!unheard.includes(contract.subject));
    // Within a service, one method gets each event.
    expect(new Set(consumers.map(({ service }) => service)).size).toBe(consumers.length);
    const [, , teller] = contract.subject.split('.');
    expect(consumers.map(({ service }) => service)).not.toContain(teller);
  });

  it('are all exported as contracts: no service handles anything else', () => {
    const known = new Set<object>([...exportedOf<AnyRpc>('rpc'), ...exportedOf<AnyEvent>('event')]);
    const strangers = handlers.filter(({ contract }) => !known.has(contract));
    expect(strangers.map(({ method }) => method)).toEqual([]);
  });

  it('would be found twice if two methods handled one', () => {
    @Controller()
    class Second {
      @Handles(bindings.listTools)
      list(): Promise<bindings.ToolState[]> {
        return Promise.resolve([]);
      }
    }
    @Module({ controllers: [Second] })
    class SecondModule {}
    expect(handlersOf('second', SecondModule)).toEqual([
      { service: 'second', method: 'Second.list', contract: bindings.listTools },
    ]);
  });
});
