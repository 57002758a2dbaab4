import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiProperty } from '@nestjs/swagger';
import { getMetadataStorage, IsString } from 'class-validator';
import ts from 'typescript';
import * as bindings from './bindings/index.js';
import type { ClassOf } from './contract.js';
import * as directory from './directory/index.js';
import { Text } from './fields.js';
import * as root from './index.js';
import * as probe from './probe/index.js';
import * as vault from './vault/index.js';

interface DeclaredClass {
  base: string | undefined;
  fields: string[];
}

/** Every class of a source, by name, with the fields that it declares itself. */
function declaredIn(source: string): Map<string, DeclaredClass> {
  const classes = new Map<string, DeclaredClass>();
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node) && node.name !== undefined) {
      const base = node.heritageClauses?.[0]?.types[0]?.expression;
      classes.set(node.name.text, {
        base: base !== undefined && ts.isIdentifier(base) ? base.text : undefined,
        fields: node.members.filter(ts.isPropertyDeclaration).map(({ name }) => name.getText(file)),
      });
    }
    ts.forEachChild(node, visit);
  };
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.ES2024);
  visit(file);
  return classes;
}

/** The fields of a class and of those it extends. */
function fieldsOf(name: string, classes: Map<string, DeclaredClass>): string[] {
  const declared = classes.get(name);
  if (declared === undefined) throw new Error(`the class ${name} is declared nowhere`);
  return [...(declared.base === undefined ? [] : fieldsOf(declared.base, classes)), ...declared.fields];
}

/** What the fields of a class lack, of those that are declared and of those that any decorator knows. */
function lacks(shape: ClassOf<object>, declared: string[]): string[] {
  const prototype = shape.prototype as object;
  const listed = (Reflect.getMetadata('swagger/apiModelPropertiesArray', prototype) ?? []) as string[];
  const documented = new Set(
    listed
      .map((name) => name.slice(1))
      .filter((name) => {
        const { type, enum: values } = Reflect.getMetadata('swagger/apiModelProperties', prototype, name) as {
          type?: unknown;
          enum?: unknown;
        };
        return type !== undefined || values !== undefined;
      }),
  );
  const rules = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
  // A condition alone says only when rules would count.
  const checked = new Set(
    rules.filter(({ type }) => type !== 'conditionalValidation').map(({ propertyName }) => propertyName),
  );
  return [...new Set([...declared, ...documented, ...checked])].flatMap((field) => [
    ...(documented.has(field) ? [] : [`${shape.name}.${field} is not in the API document`]),
    ...(checked.has(field) ? [] : [`${shape.name}.${field} has no rule`]),
  ]);
}

const folder = import.meta.dirname;
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'),
);
const declaredClasses = new Map(
  sources.flatMap((path) => [...declaredIn(readFileSync(join(folder, path), 'utf8'))]),
);

function isShape(value: unknown): value is ClassOf<object> {
  return (
    typeof value === 'function' &&
    value.toString().startsWith('class ') &&
    !(value.prototype instanceof Error)
  );
}
const parts = [root, bindings, directory, probe, vault];
const shapes = [...new Set(parts.flatMap((part) => Object.values<unknown>(part)))]
  .filter(isShape)
  .map((shape) => ({ name: shape.name, shape }));

describe('the classes of contracts', () => {
  it('are found, those that only extend others too', () => {
    const names = shapes.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(70);
    expect(names).toEqual(
      expect.arrayContaining([
        'PageQuery',
        'UpdateCrewServer',
        'Me',
        'RecordChange',
        'ServerTest',
        'Deleted',
      ]),
    );
    expect(fieldsOf('NewCrewServer', declaredClasses)).toEqual(
      expect.arrayContaining(['endpoint', 'name', 'workspace_mcp_server_id', 'crew_id']),
    );
  });

  it.each(shapes)('have every field in the API document, with a rule: $name', ({ name, shape }) => {
    expect(lacks(shape, fieldsOf(name, declaredClasses))).toEqual([]);
  });

  it('would be refused for a field that lacks either, or both', () => {
    const source = 'class Careless { good; unruly; undocumented; bare }';
    class Careless {
      @Text() good!: string;
      @ApiProperty() unruly!: string;
      @IsString() undocumented!: string;
      bare!: string;
    }
    expect(lacks(Careless, fieldsOf('Careless', declaredIn(source)))).toEqual([
      'Careless.unruly has no rule',
      'Careless.undocumented is not in the API document',
      'Careless.bare is not in the API document',
      'Careless.bare has no rule',
    ]);
  });
});
