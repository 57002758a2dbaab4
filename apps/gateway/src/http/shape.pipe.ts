import { ServiceError, type ClassOf } from '@hawser/contracts';
import { readPlain } from '@hawser/messaging';
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';

/** Validates bodies and queries by the contract's class: the same rules, and the same answers, as on the bus. */
@Injectable()
export class ShapePipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (metatype === undefined || (type !== 'body' && type !== 'query')) return value;
    const shape = metatype as ClassOf<object>;
    if (type === 'query') return readPlain(shape, knownFields(shape, value as Record<string, unknown>));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ServiceError(
        'malformed_message',
        'the body must be a JSON object, sent as Content-Type: application/json',
      );
    }
    return readPlain(shape, value);
  }
}

/** A query may hold what is read elsewhere (`workspace_id`), or what only a proxy understands. */
function knownFields(shape: ClassOf<object>, query: Record<string, unknown>): Record<string, unknown> {
  const names = new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(shape, '', false, false)
      .map((rule) => rule.propertyName),
  );
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.has(name)));
}
