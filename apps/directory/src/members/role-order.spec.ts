import { roles } from '@hawser/contracts';
import { isAbove, requireNotAbove } from './role-order.js';

it('orders the roles from OWNER down to VIEWER', () => {
  for (const [rank, role] of roles.entries()) {
    for (const [otherRank, other] of roles.entries()) expect(isAbove(role, other)).toBe(rank < otherRank);
  }
});

it('puts whoever has no role below everybody', () => {
  for (const role of roles) expect(isAbove(role, undefined)).toBe(true);
});

it('lets nobody reach above themselves', () => {
  const admin = { kind: 'user' as const, id: 'tok_1', role: 'ADMIN' as const };
  expect(() => requireNotAbove(admin, 'ADMIN', 'you cannot give')).not.toThrow();
  expect(() => requireNotAbove(admin, 'OWNER', 'you cannot give')).toThrow(
    'you cannot give role OWNER, which is above your own, ADMIN',
  );
  expect(() => requireNotAbove({ kind: 'agent', id: 'tok_2' }, 'VIEWER', 'you cannot give')).toThrow(
    'you cannot give role VIEWER, and you have none',
  );
});
