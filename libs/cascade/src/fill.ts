import type { Problem, ProblemCode } from './answer.js';
import {
  base64,
  headerValue,
  slotOf,
  withoutBeaten,
  withSlotFilled,
  type Slot,
} from './binding-credential.js';
import { mostPutInAnswer, redacted, type CredentialIndex } from './credential-index.js';
import type { DisclosedCredential } from './credentials.js';
import type { MergedServer } from './merged-server.js';
import { NamedCredentials, namedTooLate } from './named-credentials.js';
import { describeMove } from './problems.js';
import { refusalOf, type Refusal } from './refusals.js';
import { changeTemplates, hasTemplates, type Place, type TemplateField } from './template-places.js';
import { isCredentialName, putIn, type Template } from './templates.js';
import { whyUnsendable, whyUnsendableAs } from './unsendable.js';

/** Of more problems with one server's credentials the first ones are told: a row can name thousands. */
const mostProblemsTold = 50;

/** Put into one server, in characters: a row can name a long value thousands of times. */
const mostPutIn = 262_144;

const oftenHere = `is put in too often: the values in one server come to more than ${mostPutIn} characters; remove some`;
const noRoom = `is not put in any more: the values in one answer come to more than ${mostPutInAnswer} characters; remove some`;

export interface FilledServer {
  readonly server: MergedServer;
  /** Every value that is in it, each once, and as it is sent where that is another text; none if it is not plain. */
  readonly secrets: string[];
}

/** Rules 8 and 9: puts a server's credentials in. One that cannot be used leaves its place out, and tells a problem. */
export function fill(server: MergedServer, given: CredentialIndex): FilledServer {
  if (server.sources.credential === null && !hasTemplates(server)) return { server, secrets: [] };
  return new Filling(server, given).fill();
}

/** A value to be put in, or why there is none. */
type Taken = { readonly value: string } | Refusal;

class Filling {
  private readonly problems: Problem[] = [];
  private readonly told = new Set<string>();
  private readonly secrets = new Set<string>();
  private readonly named = new NamedCredentials();
  private putInLength = 0;

  constructor(
    private readonly server: MergedServer,
    private readonly given: CredentialIndex,
  ) {}

  fill(): FilledServer {
    const slot = slotOf(this.server.sources);
    const credential = slot === null ? undefined : this.given.byId.get(slot.credentialId);
    const sent = slot && this.sentIn(slot, credential);
    const filled = {
      ...changeTemplates(withoutBeaten(this.server), (template, place) => this.textOf(template, place)),
      credentialName: credential?.name ?? null,
      problems: [...this.server.problems, ...this.problems],
    };
    return {
      server: slot === null || sent === null ? filled : withSlotFilled(filled, slot, sent),
      secrets: [...this.secrets],
    };
  }

  /** Rule 8; null if there is nothing to send, or nowhere. */
  private sentIn(slot: Slot, credential: DisclosedCredential | undefined): string | null {
    const { binding, credentialId, field, name } = slot;
    const { cred_type } = binding;
    const title = (): string =>
      `Credential ${credential === undefined ? credentialId : `"${credential.name}"`} of binding ${binding.id}`;

    const taken = this.take(credential, 'does not exist: give the binding another one', (secret) =>
      field === 'headers' ? whyUnsendableAs(cred_type, secret) : whyUnsendable(field, secret),
    );
    if ('code' in taken) this.tell(taken.code, 'credential_id', `${title()} ${taken.reason}.`);
    if (name === null) {
      const message = `${title()} goes into a variable that the binding does not name: set its env_var_name.`;
      this.tell('config_incomplete', 'env_var_name', message);
    }
    if ('code' in taken || name === null) return null;
    if (!this.given.plain) return redacted;
    if (!this.given.room.take(taken.value.length)) {
      this.tell('credential_invalid', 'credential_id', `${title()} ${noRoom}.`);
      return null;
    }
    this.secrets.add(taken.value);
    if (field === 'env_json') return taken.value;
    if (cred_type === 'basic') this.secrets.add(base64(taken.value));
    return headerValue(cred_type, taken.value);
  }

  /** Rule 9; null if one of its credentials cannot be used. */
  private textOf(template: Template, place: Place): string | null {
    const taken = template.names.map((name) => this.takeNamed(name, place));
    const values = taken.filter((value) => value !== null);
    if (values.length < taken.length) return null;
    if (!this.given.plain) return redacted;
    const length = values.reduce((sum, value) => sum + value.length, 0);
    this.putInLength += length;
    if (this.putInLength > mostPutIn) return this.tooMuch(template, place, oftenHere);
    if (!this.given.room.take(length)) return this.tooMuch(template, place, noRoom);
    for (const value of values) this.secrets.add(value);
    return putIn(template, values);
  }

  private tooMuch({ names: [name = ''] }: Template, { field }: Place, reason: string): null {
    this.tell('credential_invalid', field, sentence(name, field, reason), name);
    return null;
  }

  /** Null when it cannot be had, which has been told then. */
  private takeNamed(name: string, { field, cutOff }: Place): string | null {
    if (!isCredentialName(name)) {
      const message = `A template in ${field} does not hold the name of a credential: correct the name, or remove it.`;
      this.tell('credential_missing', field, message);
      return null;
    }
    const taken = cutOff ? this.withheld() : this.takeByName(name, field);
    if (!('code' in taken)) return taken.value;
    this.tell(taken.code, field, sentence(name, field, taken.reason), name);
    return null;
  }

  private takeByName(name: string, field: TemplateField): Taken {
    if (!this.named.take(name)) return { code: 'credential_invalid', reason: namedTooLate };
    const missing = 'does not exist: make one of that name, or change the template';
    return this.take(this.given.byName.get(name), missing, (secret) => whyUnsendable(field, secret));
  }

  private take(
    credential: DisclosedCredential | undefined,
    missing: string,
    whyNot: (secret: string) => string | null,
  ): Taken {
    if (credential === undefined) return { code: 'credential_missing', reason: missing };
    const refusal = refusalOf(credential, this.server.sources.target);
    if (refusal !== null) return refusal;
    const value = credential.value ?? '';
    const flaw = this.given.plain ? whyNot(value) : null;
    return flaw === null ? { value } : { code: 'credential_invalid', reason: flaw };
  }

  /** Rule 3. */
  private withheld(): Refusal {
    return {
      code: 'credential_withheld',
      reason:
        `is withheld: ${describeMove(this.server.sources)}. ` +
        `Write the template on the crew server, or let it go where the workspace server goes`,
    };
  }

  /** Once for a credential and a field. */
  private tell(code: ProblemCode, field: string, message: string, name = ''): void {
    const about = `${field} ${name}`;
    if (this.told.has(about) || this.problems.length === mostProblemsTold) return;
    this.told.add(about);
    this.problems.push({ code, message, field });
  }
}

function sentence(name: string, field: string, reason: string): string {
  return `Credential "${name}", which a template in ${field} names, ${reason}.`;
}
