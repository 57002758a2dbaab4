import { Resolver } from 'node:dns/promises';

/**
 * @param name a host name without trailing dots
 * @returns its addresses of both families; never none
 * @throws Error with a `code` of node:dns, in itself or in its cause
 */
export type Resolve = (name: string) => Promise<readonly string[]>;

const timeoutMs = 2_000;
const tries = 2;
/** Once there are addresses of one family: some networks drop questions for the other. */
const otherFamilyWithinMs = 1_000;

/**
 * Asks the name servers themselves (c-ares) and not the operating system: libuv lets only two of those questions run at a
 * time, so two slow names would stop every other one. So /etc/hosts and search domains do not count here.
 */
export class NameServers {
  private readonly resolver = new Resolver({ timeout: timeoutMs, maxTimeout: timeoutMs, tries });

  /** @param servers `127.0.0.1:53`, in place of those of the machine, for tests */
  constructor(servers?: readonly string[]) {
    if (servers !== undefined) this.resolver.setServers(servers);
  }

  /** One family is enough. */
  async resolve(name: string): Promise<string[]> {
    const addresses: string[] = [];
    const families = [this.resolver.resolve4(name), this.resolver.resolve6(name)].map(async (answer) => {
      addresses.push(...(await answer));
    });
    await Promise.any(families).catch(({ errors }: AggregateError) => {
      throw new Error(`${name} has no address`, { cause: mostTelling(errors as NodeJS.ErrnoException[]) });
    });
    await atMost(otherFamilyWithinMs, Promise.allSettled(families));
    // What is still to come has no part in it: it would not be checked.
    return [...addresses];
  }

  /** Ends the questions that are being asked. */
  close(): void {
    this.resolver.cancel();
  }
}

/** That a name has no address of one family says less than whatever happened to the other. */
function mostTelling(errors: NodeJS.ErrnoException[]): unknown {
  return errors.find(({ code }) => code !== 'ENODATA') ?? errors[0];
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}
