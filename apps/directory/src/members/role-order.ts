import { roles, ServiceError, type Actor, type Role } from '@hawser/contracts';

/** Whether `role` may more than `other`; everybody may more than who has none. */
export function isAbove(role: Role, other: Role | undefined): boolean {
  return other === undefined || roles.indexOf(role) < roles.indexOf(other);
}

/** @throws ServiceError forbidden when the role is above the caller's own; `deed` begins the sentence that says so */
export function requireNotAbove(actor: Actor, role: Role, deed: string): void {
  if (!isAbove(role, actor.role)) return;
  const own = actor.role === undefined ? 'and you have none' : `which is above your own, ${actor.role}`;
  throw new ServiceError('forbidden', `${deed} role ${role}, ${own}`);
}
