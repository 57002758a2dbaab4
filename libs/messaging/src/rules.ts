import type { ClassOf } from '@hawser/contracts';
import { getMetadataStorage } from 'class-validator';

type Rules = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;

const known = new Map<unknown, Rules>();
const storage = getMetadataStorage();
const find = storage.getTargetValidationMetadatas.bind(storage);

// For every object that it validates, class-validator looks through the classes of the whole program for those that this
// one extends, which took a tenth of a service's time. A class has its rules before there is an instance of it, and
// nobody here uses groups or schemas, so the first answer stays right.
storage.getTargetValidationMetadatas = (type, schema, always, strictGroups, groups) => {
  if (always || strictGroups || groups !== undefined) return find(type, schema, always, strictGroups, groups);
  let rules = known.get(type);
  if (rules === undefined) {
    rules = find(type, schema, always, strictGroups, groups);
    known.set(type, rules);
  }
  return rules;
};

/** The rules of a class and of those that it extends. Not to be changed. */
export function rulesOf(type: ClassOf<object>): Rules {
  return storage.getTargetValidationMetadatas(type, '', false, false);
}
