import { Id, OneOf } from '../fields.js';

export const tenantKinds = ['workspace', 'crew', 'agent'] as const;
export type TenantKind = (typeof tenantKinds)[number];

/** A workspace, crew or agent that was deleted. */
export class Departure {
  @OneOf(tenantKinds) kind!: TenantKind;
  @Id() id!: string;
}
