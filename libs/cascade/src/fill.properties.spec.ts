import * as fc from 'fast-check';
import type { EffectiveServer } from './answer.js';
import { cascade, explain, needsOf, resolve, secretsIn } from './cascade.js';
import type { DisclosedCredential } from './credentials.js';
import type { TierRows } from './rows.js';
import { credentials, secretOf, templatedRows } from './testing/credential-generators.js';
import { plain, unreadable } from './testing/factories.js';
import { shuffled, tierRows } from './testing/generators.js';
import { identitiesOf, isMoved, type Identity } from './testing/oracle.js';
import { resolve as resolveRowsAlone } from './testing/rows-alone.js';

type State = [TierRows, DisclosedCredential[]];

const states: fc.Arbitrary<State> = fc.tuple(templatedRows, credentials);

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), { numRuns: 500 });
}

const answerTo = ([rows, given]: State): EffectiveServer[] => resolve(cascade(rows), plain(...given));

/** The names in `SECRET<…>`. */
const secretsWithin = (server: EffectiveServer): string[] => [
  ...new Set([...decoded(server).matchAll(/SECRET<([^>]*)>/g)].map(([, name]) => name ?? '')),
];

/** An answer as text, with what is in Base64 in it readable too. */
const decoded = (server: EffectiveServer): string =>
  JSON.stringify(server).replace(
    /Basic ([A-Za-z0-9+/=]+)/g,
    (_all, base64: string) => `Basic ${Buffer.from(base64, 'base64').toString()}`,
  );

/** The rows that may say which credentials go into a server: of a moved one only those that go with the override. */
function rowsThatCount(identity: Identity): object[] {
  const { server, override, bindings } = identity;
  const applying = bindings.find(({ scope }) => scope === 'crew') ?? bindings[0];
  const isCutOff = isMoved(identity);
  return [
    ...(isCutOff ? [] : [server]),
    ...(override === undefined ? [] : [override]),
    ...(applying === undefined || (isCutOff && applying.scope === 'workspace') ? [] : [applying]),
  ];
}

describe('for all rows and credentials', () => {
  it('no template is left, unless a secret is one', () => {
    const withoutLoops = states.map(([rows, given]): State => [
      rows,
      given.map((each) => ({ ...each, value: each.value && secretOf(each.name) })),
    ]);
    check(withoutLoops, (state) => {
      for (const server of answerTo(state)) expect(JSON.stringify(server)).not.toContain('{{credential');
    });
  });

  it('a server has only secrets that its own rows name, those above a moved target not among them', () => {
    check(states, (state) => {
      const [rows, given] = state;
      const identities = new Map(identitiesOf(rows).map((identity) => [identity.server.id, identity]));
      const idOf = new Map(given.map(({ id, name }) => [name, id]));
      for (const server of answerTo(state)) {
        const text = JSON.stringify(rowsThatCount(identities.get(server.server_id)!));
        for (const name of secretsWithin(server)) {
          const isNamed = text.includes(`{{credential:${name}}}`) || text.includes(`"${idOf.get(name)}"`);
          expect([server.server_id, name, isNamed]).toEqual([server.server_id, name, true]);
        }
      }
    });
  });

  it('no secret is given to a server of another origin than it allows, nor one that is not active', () => {
    check(states, (state) => {
      const byName = new Map(state[1].map((each) => [each.name, each]));
      for (const server of answerTo(state)) {
        for (const name of secretsWithin(server)) {
          const { status, allowed_origins } = byName.get(name)!;
          expect(status).toBe('active');
          if (allowed_origins !== null) {
            expect(allowed_origins).toContain(URL.parse(server.endpoint ?? '')?.origin);
          }
        }
      }
    });
  });

  it('an answer for those who may not read secrets holds none, and is otherwise the same', () => {
    check(states, ([rows, given]) => {
      const redacted = resolve(cascade(rows), unreadable(...given));
      expect(redacted.flatMap(secretsWithin)).toEqual([]);
      // As far as the values work, which only the plain answer knows.
      const working = given.map((each) => ({ ...each, value: `${secretOf(each.name)}:`, retryable: false }));
      const open = answerTo([rows, working]);
      expect(redacted.map(shapeOf)).toEqual(open.map(shapeOf));
    });
  });

  it('whoever must strike secrets is told all that there are, and no other', () => {
    check(states, (state) => {
      const set = cascade(state[0]);
      const given = plain(...state[1]);
      const values = new Map(state[1].map(({ name, value }) => [name, value]));
      const found = answerTo(state)
        .flatMap(secretsWithin)
        .map((name) => values.get(name));
      const told = secretsIn(set, given).filter((text) => text.startsWith('SECRET<'));
      expect(new Set(told)).toEqual(new Set(found));
      expect(secretsIn(set, unreadable(...state[1]))).toEqual([]);
    });
  });

  it('the credentials that are needed are enough, and each of them is', () => {
    check(states, ([rows, given]) => {
      const { ids, names } = needsOf(cascade(rows));
      const asked = given.filter(({ id, name }) => ids.includes(id) || names.includes(name));
      expect(answerTo([rows, asked])).toEqual(answerTo([rows, given]));
      const without = answerTo([rows, []]).flatMap(({ problems }) => problems.map(({ message }) => message));
      for (const name of names) expect(without.some((message) => message.includes(`"${name}"`))).toBe(true);
      for (const id of ids) expect(without.some((message) => message.includes(id))).toBe(true);
    });
  });

  it('neither the order of rows nor that of credentials decides anything', () => {
    const reordered = states.chain(([rows, given]) =>
      fc.tuple(
        fc.constant<State>([rows, given]),
        shuffled(rows),
        fc.shuffledSubarray(given, { minLength: given.length }),
      ),
    );
    check(reordered, ([[rows, given], otherRows, otherGiven]) => {
      const explained = JSON.stringify(explain(cascade(rows), plain(...given)));
      expect(JSON.stringify(explain(cascade(otherRows), plain(...otherGiven)))).toBe(explained);
    });
  });

  it('a credential matters to no server that does not name it', () => {
    check(states, ([rows, given]) => {
      const [gone, ...others] = given;
      const identities = new Map(identitiesOf(rows).map((identity) => [identity.server.id, identity]));
      const isStranger = ({ server_id }: EffectiveServer): boolean => {
        const { server, override, bindings } = identities.get(server_id)!;
        const text = JSON.stringify([server, override, bindings]);
        return !text.includes(`{{credential:${gone?.name}}}`) && !text.includes(`"${gone?.id}"`);
      };
      expect(answerTo([rows, others]).filter(isStranger)).toEqual(answerTo([rows, given]).filter(isStranger));
    });
  });

  it('explanation and answer are the same, and every name has an origin', () => {
    check(states, ([rows, given]) => {
      const { servers } = explain(cascade(rows), plain(...given));
      expect(servers.map((server) => ({ ...server, origins: undefined }))).toEqual(
        answerTo([rows, given]).map((server) => ({ ...server, origins: undefined })),
      );
      for (const { headers, env_json, credential_name, origins } of servers) {
        expect(Object.keys(origins.headers ?? {})).toEqual(Object.keys(headers ?? {}));
        expect(Object.keys(origins.env_json ?? {})).toEqual(
          Object.keys((JSON.parse(env_json ?? '{}') ?? {}) as object),
        );
        expect(origins.credential_name === null).toBe(credential_name === null);
      }
    });
  });
});

describe('without templates and credentials', () => {
  const withoutCredentials = tierRows.map((rows) => ({
    ...rows,
    bindings: rows.bindings.map((row) => ({ ...row, credential_id: null })),
  }));

  it('nothing is asked for, and filling in changes nothing', () => {
    check(fc.tuple(withoutCredentials, credentials), ([rows, given]) => {
      expect(needsOf(cascade(rows))).toEqual({ ids: [], names: [] });
      const alone = JSON.stringify(resolveRowsAlone(rows));
      expect(JSON.stringify(answerTo([rows, given]))).toBe(alone);
      expect(JSON.stringify(resolve(cascade(rows), unreadable()))).toBe(alone);
    });
  });
});

/** A server with every text that holds a secret as it is shown when it may not be read. */
function shapeOf(server: EffectiveServer): unknown {
  const strike = (value: unknown): unknown =>
    typeof value === 'string' && /SECRET<|^Basic /.test(value) ? '[REDACTED]' : value;
  const strikeIn = (json: string | null): unknown =>
    json && JSON.parse(json, (_name, value: unknown) => strike(value));
  return {
    ...server,
    headers:
      server.headers && JSON.parse(JSON.stringify(server.headers), (_name, value: unknown) => strike(value)),
    args_json: strikeIn(server.args_json),
    env_json: strikeIn(server.env_json),
    config_json: strikeIn(server.config_json),
  };
}
