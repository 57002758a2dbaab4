import { unique, type Tenant } from './tenant.js';

export interface NewCredential {
  id: string;
  name: string;
  value: string;
}

/** A credential of a value that is found nowhere else: a bearer token unless told otherwise. */
export async function newCredential(
  { owner }: Tenant,
  fields: Record<string, unknown> = {},
): Promise<NewCredential> {
  const body = { name: unique('cred'), type: 'bearer', value: unique('s3cret'), ...fields };
  const { id } = (await owner.must('POST', '/api/v1/credentials', body)) as { id: string };
  return { id, name: body.name, value: body.value };
}
