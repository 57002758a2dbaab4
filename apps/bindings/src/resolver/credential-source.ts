import type { CredentialNeeds, GivenCredentials } from '@hawser/cascade';
import type { CallContext } from '@hawser/contracts';
import { describeCredentials, discloseCredentials, type DisclosureSubject } from '@hawser/contracts/vault';
import { BusClient } from '@hawser/messaging';
import { Injectable } from '@nestjs/common';

/** In a list of one call: more are not read. */
const mostAtOnce = 5_000;

/** Credentials for one answer, by one call to the vault unless they are very many. Without the vault there is no answer: never half of one. */
@Injectable()
export class CredentialSource {
  constructor(private readonly vault: BusClient) {}

  /** With their values. Asked for also when none is needed: the vault notes every answer to an agent. */
  async disclose(
    context: CallContext,
    needs: CredentialNeeds,
    subject: DisclosureSubject,
  ): Promise<GivenCredentials> {
    const answers = await Promise.all(
      partsOf(needs).map((part) => this.vault.call(discloseCredentials, { ...part, subject }, context)),
    );
    return { plain: true, credentials: answers.flatMap(({ credentials }) => credentials) };
  }

  /** Without their values. */
  async describe(context: CallContext, needs: CredentialNeeds): Promise<GivenCredentials> {
    if (isEmpty(needs)) return { plain: false, credentials: [] };
    const answers = await Promise.all(
      partsOf(needs).map((part) => this.vault.call(describeCredentials, part, context)),
    );
    return { plain: false, credentials: answers.flatMap(({ credentials }) => credentials) };
  }
}

export function isEmpty({ ids, names }: CredentialNeeds): boolean {
  return ids.length === 0 && names.length === 0;
}

/** What is needed, in as many calls as it takes; one, if it is nothing. */
function partsOf({ ids, names }: CredentialNeeds): CredentialNeeds[] {
  const parts = Math.max(1, Math.ceil(Math.max(ids.length, names.length) / mostAtOnce));
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * mostAtOnce, (part + 1) * mostAtOnce];
    return { ids: ids.slice(from, to), names: names.slice(from, to) };
  });
}
