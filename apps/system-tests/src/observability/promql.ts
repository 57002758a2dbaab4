import { functions, signatureOf, type Type } from './promql-functions.js';
import { tokensOf } from './promql-tokens.js';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  metric: string;
  matchers: Matcher[];
}

/** What an expression says about metrics and their labels. */
export interface Query {
  selectors: Selector[];
  /** The labels of each `by`, `on` and so on, with the selectors that they are about. */
  groupings: { labels: string[]; selectors: Selector[] }[];
  /** The labels that `label_replace` makes. */
  made: string[];
}

const aggregations = new Set(['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk']);
const operators = new Set('+ - * / % ^ == != > < >= <= and or unless'.split(' '));
const binaryModifiers = ['on', 'ignoring', 'group_left', 'group_right'];

/**
 * Reads the part of PromQL that the dashboard and the rules are written in, more strictly than they need it.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/
 * @throws Error it is not PromQL, or not of this part
 */
export function parseQuery(expression: string): Query {
  const parser = new Parser(tokensOf(expression));
  parser.whole();
  return parser.query;
}

class Parser {
  readonly query: Query = { selectors: [], groupings: [], made: [] };
  private position = 0;

  constructor(private readonly tokens: string[]) {}

  whole(): void {
    const type = this.expression();
    if (this.next !== '') throw new Error(`"${this.next}" is not expected`);
    if (type === 'range') throw new Error('a range is no answer');
  }

  private get next(): string {
    return this.tokens[this.position] ?? '';
  }

  private take(expected?: string): string {
    const token = this.next;
    if (token === '' || (expected !== undefined && token !== expected)) {
      throw new Error(`"${token}" stands where ${expected ?? 'something'} should`);
    }
    this.position += 1;
    return token;
  }

  private takeIf(token: string): boolean {
    const is = this.next === token;
    if (is) this.position += 1;
    return is;
  }

  /** Precedence does not matter here. */
  private expression(): Type {
    const first = this.query.selectors.length;
    let type = this.operand();
    while (operators.has(this.next)) {
      this.take();
      this.takeIf('bool');
      const groupings = this.modifiers(binaryModifiers);
      const right = this.operand();
      if ([type, right].includes('range')) throw new Error('an operator cannot take a range');
      this.group(groupings, first);
      if (type === 'scalar') type = right;
    }
    return type;
  }

  private operand(): Type {
    if (this.takeIf('(')) {
      const type = this.expression();
      this.take(')');
      return type;
    }
    const token = this.take();
    if (/^[\d.]/.test(token)) return 'scalar';
    if (/^["']/.test(token)) return 'string';
    if (!/^[a-zA-Z_:]/.test(token)) throw new Error(`"${token}" is not expected`);
    if (aggregations.has(token)) return this.aggregation(token);
    if (token in functions) return this.call(token);
    return this.selector(token);
  }

  private aggregation(name: string): Type {
    const first = this.query.selectors.length;
    const before = this.modifiers(['by', 'without']);
    const given = this.parameters();
    const wanted: Type[] = name.endsWith('k') ? ['scalar', 'vector'] : ['vector'];
    refuseOther(name, given, wanted);
    this.group([...before, ...this.modifiers(['by', 'without'])], first);
    return 'vector';
  }

  private call(name: string): Type {
    const start = this.position;
    const given = this.parameters();
    const { takes, answers } = signatureOf(name);
    refuseOther(name, given, takes);
    // (vector, label, …
    if (name === 'label_replace') {
      const texts = this.tokens.slice(start, this.position).filter((token) => token.startsWith('"'));
      this.query.made.push(unquoted(texts.at(-4) ?? ''));
    }
    return answers;
  }

  private parameters(): Type[] {
    const types: Type[] = [];
    this.take('(');
    while (!this.takeIf(')')) {
      if (types.length > 0) this.take(',');
      types.push(this.expression());
    }
    return types;
  }

  private modifiers(names: string[]): string[][] {
    const groupings: string[][] = [];
    while (names.includes(this.next)) {
      this.take();
      groupings.push(this.next === '(' ? this.labels() : []);
    }
    return groupings;
  }

  private labels(): string[] {
    const labels: string[] = [];
    this.take('(');
    while (!this.takeIf(')')) {
      if (labels.length > 0) this.take(',');
      labels.push(this.take());
    }
    return labels;
  }

  private group(groupings: string[][], first: number): void {
    const selectors = this.query.selectors.slice(first);
    for (const labels of groupings) this.query.groupings.push({ labels, selectors });
  }

  private selector(metric: string): Type {
    const matchers: Matcher[] = [];
    if (this.takeIf('{')) {
      while (!this.takeIf('}')) {
        if (matchers.length > 0) this.take(',');
        const [label, operator, value] = [this.take(), this.take(), this.take()];
        if (!['=', '!=', '=~', '!~'].includes(operator)) throw new Error(`"${operator}" matches nothing`);
        matchers.push({ label, operator, value: unquoted(value) });
      }
    }
    this.query.selectors.push({ metric, matchers });
    const isRange = this.next.startsWith('[');
    if (isRange) this.take();
    if (this.takeIf('offset')) this.take();
    return isRange ? 'range' : 'vector';
  }
}

function refuseOther(name: string, given: Type[], wanted: readonly Type[]): void {
  const fits = given.length === wanted.length && given.every((type, index) => type === wanted[index]);
  if (!fits) throw new Error(`${name} takes ${wanted.join(', ')} and not ${given.join(', ') || 'nothing'}`);
}

function unquoted(text: string): string {
  if (!/^".*"$/.test(text)) throw new Error(`"${text}" should be in double quotes`);
  return JSON.parse(text) as string;
}
