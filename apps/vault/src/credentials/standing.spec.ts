import { standingOf } from './standing.js';

const now = new Date('2030-01-01T00:00:00.000Z');
const past = new Date('2029-12-31T23:59:59.999Z');
const future = new Date('2030-01-01T00:00:00.001Z');
const active = {
  type: 'bearer',
  status: 'active',
  status_reason: null,
  expires_at: null,
  refresh_at: null,
} as const;

it.each([
  ['one that never ends', active],
  ['one that ends later', { ...active, expires_at: future }],
  ['a token that is still to be renewed', { ...active, type: 'oauth2', expires_at: past, refresh_at: past }],
] as const)('leaves %s active', (_, row) => {
  expect(standingOf(row, now)).toEqual({ status: 'active', status_reason: null });
});

it('ends a value with its time', () => {
  expect(standingOf({ ...active, expires_at: now }, now)).toEqual({
    status: 'expired',
    status_reason: 'it expired at 2030-01-01T00:00:00.000Z; give it a new value and expires_at',
  });
});

it('ends a token that nothing can renew with its time', () => {
  expect(standingOf({ ...active, type: 'oauth2', expires_at: past }, now)).toEqual({
    status: 'expired',
    status_reason:
      'its token expired at 2029-12-31T23:59:59.999Z, and the provider gave nothing to renew it with; sign in again',
  });
});

it('leaves what was found out about a credential as it is', () => {
  const revoked = {
    ...active,
    status: 'revoked',
    status_reason: 'the user took it back',
    expires_at: past,
  } as const;
  expect(standingOf(revoked, now)).toEqual({ status: 'revoked', status_reason: 'the user took it back' });
});
