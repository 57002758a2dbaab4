import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CredentialUse, LastUseRepository } from './last-use.repository.js';
import { LastUses } from './last-uses.js';

/** Notes what would be written; fails as long as it is told to. */
class Noted {
  readonly ids: string[] = [];
  fails = false;

  readonly note = (uses: readonly CredentialUse[]): Promise<void> => {
    if (this.fails) return Promise.reject(new Error('no room'));
    this.ids.push(...uses.map(({ credential_id }) => credential_id));
    return Promise.resolve();
  };
}

describe('last uses', () => {
  let now = Date.parse('2026-11-21T10:00:00Z');
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });
  afterEach(() => jest.restoreAllMocks());

  function started(): { noted: Noted; use: (...ids: string[]) => Promise<void> } {
    const noted = new Noted();
    const uses = new LastUses(noted as unknown as LastUseRepository);
    const use = async (...ids: string[]): Promise<void> => {
      uses.note('ws_1', ids);
      await turn();
    };
    return { noted, use };
  }

  it('are noted once a minute, of each credential by itself', async () => {
    const { noted, use } = started();
    await use('a', 'a', 'b');
    now += 59_999;
    await use('a', 'c');
    now += 1;
    await use('a', 'c');
    expect(noted.ids).toEqual(['a', 'b', 'c', 'a']);
  });

  it('that could not be noted are with the next use', async () => {
    const { noted, use } = started();
    noted.fails = true;
    await use('a');
    noted.fails = false;
    await use('a');
    await use('a');
    expect(noted.ids).toEqual(['a']);
  });

  it('are remembered of so many credentials only, and of those that were used last', async () => {
    const { noted, use } = started();
    const most = 10_000;
    await use(...Array.from({ length: most }, (_, number) => `cred_${number}`));
    await use('one more');
    expect(noted.ids).toHaveLength(most + 1);
    await use('cred_1', 'one more');
    expect(noted.ids).toHaveLength(most + 1);
    await use('cred_0');
    expect(noted.ids).toHaveLength(most + 2);
  });
});
