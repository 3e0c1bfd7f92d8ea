import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Attributes = Record<string, AttributeValue>;

/** The values of an expression's placeholders. */
export interface Placeholders {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Readonly<Attributes> | undefined;
}

/**
 * Whether an item meets a condition: the part of DynamoDB's expressions that the adapters use. Throws for
 * any other.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function holds(expression: string, item: Attributes | undefined, placeholders: Placeholders): boolean {
  const parser = new Condition(expression, item ?? {}, placeholders);
  const result = parser.or();
  parser.end();
  return result;
}

const tokens = /\s*(<>|<=|>=|[()=<>,]|[:#]?\w+(?:\.[#\w]+)*)/gy;

class Condition {
  readonly #text: string;
  readonly #tokens: readonly string[];
  readonly #item: Attributes;
  readonly #placeholders: Placeholders;
  #at = 0;

  constructor(text: string, item: Attributes, placeholders: Placeholders) {
    this.#text = text;
    this.#item = item;
    this.#placeholders = placeholders;
    this.#tokens = [...text.matchAll(tokens)].map(([, token]) => token!);
  }

  or(): boolean {
    let result = this.#and();
    while (this.#accept("OR")) result = this.#and() || result;
    return result;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unknown();
  }

  #and(): boolean {
    let result = this.#not();
    while (this.#accept("AND")) result = this.#not() && result;
    return result;
  }

  #not(): boolean {
    return this.#accept("NOT") ? !this.#not() : this.#primary();
  }

  #primary(): boolean {
    if (this.#accept("(")) {
      const result = this.or();
      this.#expect(")");
      return result;
    }
    const name = this.#next();
    if (this.#accept("(")) return this.#function(name);
    const value = this.#operand(name);
    if (!this.#accept("BETWEEN")) return this.#comparison(value);
    const first = this.#operand(this.#next());
    this.#expect("AND");
    const last = this.#operand(this.#next());
    return compare(value, first) >= 0 && compare(value, last) <= 0;
  }

  #function(name: string): boolean {
    const value = this.#operand(this.#next());
    const prefix = this.#accept(",") ? this.#operand(this.#next()) : undefined;
    this.#expect(")");
    if (name === "attribute_exists") return value !== undefined;
    if (name === "attribute_not_exists") return value === undefined;
    if (name === "begins_with") return value?.S?.startsWith(prefix?.S ?? "") === true;
    throw this.#unknown();
  }

  /** A missing value is not comparable. */
  #comparison(left: AttributeValue | undefined): boolean {
    const operator = this.#next();
    const order = compare(left, this.#operand(this.#next()));
    const isTrue = {
      "=": order === 0,
      "<>": order !== 0,
      "<": order < 0,
      "<=": order <= 0,
      ">": order > 0,
      ">=": order >= 0,
    };
    if (!(operator in isTrue)) throw this.#unknown();
    return isTrue[operator as keyof typeof isTrue];
  }

  #operand(token: string): AttributeValue | undefined {
    const { values, names } = this.#placeholders;
    if (token.startsWith(":")) return values?.[token];
    return valueAt(
      this.#item,
      token.split(".").map(part => names?.[part] ?? part),
    );
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#unknown();
    return token;
  }

  #accept(token: string): boolean {
    const isNext = this.#tokens[this.#at]?.toUpperCase() === token;
    if (isNext) this.#at++;
    return isNext;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#unknown();
  }

  #unknown = () => new Error(`The simulated table does not know the expression ${this.#text}`);
}

function valueAt(item: Attributes, path: readonly string[]): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const part of path) value = value?.M?.[part];
  return value;
}

/** Negative, 0 or positive; NaN for values that are not comparable. */
function compare(left: AttributeValue | undefined, right: AttributeValue | undefined): number {
  if (left?.N !== undefined && right?.N !== undefined) return order(BigInt(left.N), BigInt(right.N));
  if (left?.S !== undefined && right?.S !== undefined) return order(left.S, right.S);
  if (left?.BOOL !== undefined && right?.BOOL !== undefined) return left.BOOL === right.BOOL ? 0 : Number.NaN;
  return Number.NaN;
}

const order = <T extends bigint | string>(left: T, right: T) => (left === right ? 0 : left < right ? -1 : 1);
