import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';

/** What an authorization server knows, by kind: `AccessToken`, `Grant`, `Client` … */
export class AuthorizationStore {
  private readonly kinds = new Map<string, Map<string, AdapterPayload>>();

  /** As oidc-provider wants it. Whatever has expired stays, and is told from the rest by `exp`. */
  adapter(kind: string): Adapter {
    const entries = this.of(kind);
    const find = (fits: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
      Promise.resolve([...entries.values()].find(fits));
    const done = Promise.resolve();
    return {
      upsert: (id, payload) => (entries.set(id, payload), done),
      find: (id) => Promise.resolve(entries.get(id)),
      findByUid: (uid) => find((payload) => payload.uid === uid),
      findByUserCode: (userCode) => find((payload) => payload.userCode === userCode),
      consume: async (id) => {
        const payload = entries.get(id);
        // oidc-provider looks before it consumes: of two requests at once, the second is the reuse that it looks like.
        if (payload?.consumed !== undefined) {
          this.of('Grant').delete(payload.grantId ?? '');
          throw new errors.InvalidGrant('refresh token already used');
        }
        if (payload === undefined) throw new errors.InvalidGrant('refresh token revoked');
        payload.consumed = Math.floor(Date.now() / 1_000);
        await done;
      },
      destroy: (id) => (entries.delete(id), done),
      revokeByGrantId: (grantId) => {
        for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
        return done;
      },
    };
  }

  clear(kind: string): void {
    this.of(kind).clear();
  }

  private of(kind: string): Map<string, AdapterPayload> {
    const known = this.kinds.get(kind) ?? new Map<string, AdapterPayload>();
    this.kinds.set(kind, known);
    return known;
  }
}
