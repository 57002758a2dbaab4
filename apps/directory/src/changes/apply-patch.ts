/** Writes what the patch says into the row and answers the names of the fields that changed. */
export function applyPatch<Row extends object, Field extends keyof Row & string>(
  row: Row,
  patch: { [field in Field]?: Row[field] | undefined },
  fields: readonly Field[],
): Field[] {
  const changed = fields.filter((field) => patch[field] !== undefined && patch[field] !== row[field]);
  for (const field of changed) row[field] = patch[field] as Row[Field];
  return changed;
}
