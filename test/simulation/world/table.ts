import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Process } from "../process.ts";
import { type Attributes, holds, type Placeholders } from "./condition.ts";

export type TableCommand =
  | GetItemCommand
  | PutItemCommand
  | QueryCommand
  | UpdateItemCommand
  | DeleteItemCommand;

/** How a command is executed. */
export interface Doing {
  readonly by: Process;
  /** The number of the SDK's attempt, from 1. */
  readonly attempt: number;
  /** Whether an eventually consistent read misses the latest write. */
  readonly isStale: boolean;
}

export interface Written {
  readonly pk: string;
  readonly sk: string;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** Whether a partition holds tokens: one of the current version's, or that of the version before. */
export const isTokens = (pk: string): boolean => /^(tokens$|token#)/.test(pk);

interface Held {
  readonly item: Attributes | undefined;
  /** The item before the last write. */
  readonly before: Attributes | undefined;
}

/**
 * A DynamoDB table in memory: conditional writes of single items, reads that may lag, time to live, and
 * copies of earlier states.
 */
export class SimulatedTable {
  readonly #partitions: Map<string, Map<string, Held>>;
  readonly #onWrite: (written: Written, doing: Doing) => void;

  constructor(onWrite: (written: Written, doing: Doing) => void, items: readonly Attributes[] = []) {
    this.#onWrite = onWrite;
    this.#partitions = new Map();
    for (const item of items) this.#hold(item.pk!.S!, item.sk!.S!, item);
  }

  /** All items. A write replaces an item and never changes it. */
  get items(): Attributes[] {
    return [...this.#partitions.values()].flatMap(items =>
      [...items.values()].flatMap(({ item }) => (item === undefined ? [] : [item])),
    );
  }

  find(pk: string, sk: string): Attributes | undefined {
    return this.#partitions.get(pk)?.get(sk)?.item;
  }

  /** A write by somebody else who is allowed to. */
  replace(item: Attributes): void {
    this.#hold(item.pk!.S!, item.sk!.S!, item, this.find(item.pk!.S!, item.sk!.S!));
  }

  remove(pk: string, sk: string): void {
    this.#hold(pk, sk, undefined, this.find(pk, sk));
  }

  /**
   * Deletes items that have expired by `now`, in seconds since the epoch, if `isDue` says so, since the
   * table may be late. Returns the keys.
   */
  expire(now: number, isDue: () => boolean): string[] {
    const due = this.items.filter(
      ({ expiresAt }) => expiresAt !== undefined && Number(expiresAt.N) < now && isDue(),
    );
    for (const { pk, sk } of due) this.#partitions.get(pk!.S!)!.delete(sk!.S!);
    return due.map(({ pk, sk }) => `${pk!.S} ${sk!.S}`);
  }

  /** The output of a command. Throws the SDK's errors. */
  do(command: TableCommand, doing: Doing): object {
    if (command instanceof GetItemCommand) return this.#get(command, doing);
    if (command instanceof QueryCommand) return this.#query(command, doing);
    if (command instanceof PutItemCommand) return this.#put(command, doing);
    if (command instanceof UpdateItemCommand) return this.#update(command, doing);
    if (command instanceof DeleteItemCommand) return this.#delete(command, doing);
    throw new Error(`The simulated table does not know ${(command as object).constructor.name}`);
  }

  #get({ input }: GetItemCommand, { isStale }: Doing): object {
    const held = this.#partitions.get(input.Key!.pk!.S!)?.get(input.Key!.sk!.S!);
    const Item = isStale && input.ConsistentRead !== true ? held?.before : held?.item;
    return { ...(Item && { Item }) };
  }

  #query({ input }: QueryCommand, { isStale }: Doing): object {
    const placeholders = placeholdersOf(input);
    const Items = [...this.#partitions.values()]
      .flatMap(items => [...items.values()])
      .map(({ item, before }) => (isStale && input.ConsistentRead !== true ? before : item))
      .filter(item => item !== undefined)
      .filter(item => holds(input.KeyConditionExpression!, item, placeholders))
      .sort((a, b) => (a.sk!.S! < b.sk!.S! ? -1 : 1));
    if (input.ScanIndexForward === false) Items.reverse();
    return { Items: Items.slice(0, input.Limit) };
  }

  #put({ input }: PutItemCommand, doing: Doing): object {
    const item = input.Item!;
    this.#write(input, [item.pk!.S!, item.sk!.S!], item, doing);
    return {};
  }

  #update({ input }: UpdateItemCommand, doing: Doing): object {
    const [pk, sk] = [input.Key!.pk!.S!, input.Key!.sk!.S!];
    this.#write(input, [pk, sk], updated(input, this.find(pk, sk)), doing);
    return {};
  }

  #delete({ input }: DeleteItemCommand, doing: Doing): object {
    this.#write(input, [input.Key!.pk!.S!, input.Key!.sk!.S!], undefined, doing);
    return {};
  }

  #write(
    input: Conditional,
    [pk, sk]: readonly [string, string],
    after: Attributes | undefined,
    doing: Doing,
  ): void {
    const before = this.find(pk, sk);
    const condition = input.ConditionExpression;
    if (condition !== undefined && !holds(condition, before, placeholdersOf(input)))
      throw new ConditionalCheckFailedException({
        message: "The conditional request failed",
        $metadata: { httpStatusCode: 400, attempts: doing.attempt },
      });
    this.#hold(pk, sk, after, before);
    this.#onWrite({ pk, sk, before, after }, doing);
  }

  #hold(pk: string, sk: string, item: Attributes | undefined, before?: Attributes): void {
    const items = this.#partitions.get(pk) ?? new Map<string, Held>();
    this.#partitions.set(pk, items.set(sk, { item, before }));
  }
}

interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

const assignment = /(#?\w+) = (?:if_not_exists\(\1, (:\w+)\)|(:\w+))/g;

/** An item after `SET a = :a, b = if_not_exists(b, :b) REMOVE c ADD d :d`, which the adapters use. */
function updated(
  {
    Key,
    UpdateExpression = "",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  }: Updating,
  before: Attributes | undefined,
): Attributes {
  const [, set = "", removed, added] = /^(?:SET (.+?))?(?: ?REMOVE (.+?))?(?: ?ADD (.+))?$/.exec(
    UpdateExpression,
  )!;
  const nameOf = (text: string) => names?.[text] ?? text;
  const item: Attributes = { ...(before ?? Key) };
  for (const [, name, first, value] of set.matchAll(assignment))
    if (value !== undefined || item[nameOf(name!)] === undefined)
      item[nameOf(name!)] = values![(value ?? first)!]!;
  for (const name of removed?.split(", ") ?? []) delete item[nameOf(name)];
  for (const [name = "", value = ""] of added?.split(", ").map(each => each.split(" ")) ?? [])
    item[nameOf(name)] = { N: String(Number(item[nameOf(name)]?.N ?? 0) + Number(values![value]!.N)) };
  return item;
}

interface Updating extends Conditional {
  readonly Key: Attributes | undefined;
  readonly UpdateExpression?: string | undefined;
}

const placeholdersOf = ({
  ExpressionAttributeNames,
  ExpressionAttributeValues,
}: Conditional): Placeholders => ({
  names: ExpressionAttributeNames,
  values: ExpressionAttributeValues,
});
