import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { buildMessage, ValidateBy, ValidateIf } from 'class-validator';

export interface FieldOptions {
  /** May be left out. */
  optional?: boolean;
  /** May be null. */
  nullable?: boolean;
  description?: string;
  example?: unknown;
  default?: unknown;
  /** May hold a secret: its value is repeated in no error. */
  secret?: boolean;
}

const secretKey = Symbol('hawser:secret');

/** Whether errors about the field must not show its value. */
export function isSecretField(instance: object, property: string): boolean {
  return Reflect.getMetadata(secretKey, instance, property) === true;
}

/** A decorator of a schema for the API document and rules for validation, made optional and nullable alike in both. */
export function field(
  options: FieldOptions,
  schema: ApiPropertyOptions,
  ...rules: PropertyDecorator[]
): PropertyDecorator {
  const { optional = false, nullable = false, secret = false } = options;
  // These alone: what else kinds of fields share, such as bounds, may be no word of the API document.
  const { description, example, default: value } = options;
  const shown = { description, example, default: value };
  return applyDecorators(
    Reflect.metadata(secretKey, secret),
    ApiProperty({ ...schema, ...shown, required: !optional, nullable } as ApiPropertyOptions),
    ValidateIf((_, value) => !(optional && value === undefined) && !(nullable && value === null)),
    ...rules,
  );
}

/** A rule of our own, from a function that says what is wrong. */
export function Rule(name: string, problem: (value: unknown) => string | null): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value) => problem(value) === null,
      defaultMessage: buildMessage((_, args) => problem(args?.value) ?? ''),
    },
  });
}
