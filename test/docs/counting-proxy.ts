import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Listening, listen } from "../../infra/local/listen.ts";

/** The AWS calls that were passed on, and what DynamoDB bills for them. */
export interface Counts {
  readonly writeUnits: number;
  /** The write units of the day's counts, which are in no other number. */
  readonly dayUnits: number;
  readonly readUnits: number;
  /** Calls to the table. */
  readonly calls: number;
  readonly puts: number;
  readonly gets: number;
}

const none: Counts = { writeUnits: 0, dayUnits: 0, readUnits: 0, calls: 0, puts: 0, gets: 0 };

interface Answer {
  /** Absent if the call failed or did not concern items. */
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
}

/**
 * Calls in rounds: no call is passed on before every call of its round has arrived. If all arrive, none of
 * them waits for the answer to another one.
 */
class Rounds {
  readonly #sizes: readonly number[];
  readonly #names: string[][] = [[]];
  #waiting: (() => void)[] = [];

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }

  /** The names of the calls, round by round. */
  get names(): readonly (readonly string[])[] {
    return this.#names.map(names => names.toSorted());
  }

  /** Resolves once the call's round is full. Calls after the last round are not held. */
  async arrive(name: string): Promise<void> {
    const isFull = this.#names.at(-1)!.length === this.#sizes[this.#names.length - 1];
    if (isFull) this.#names.push([]);
    const names = this.#names.at(-1)!;
    names.push(name);
    const size = this.#sizes[this.#names.length - 1];
    if (size === undefined) return;
    if (names.length < size) return new Promise(resolve => this.#waiting.push(resolve));
    for (const pass of this.#waiting) pass();
    this.#waiting = [];
  }
}

/** Names a call by what it reads or writes, as docs/performance.md does. */
function nameOf({ method, url = "", headers }: IncomingMessage, body: Buffer): string {
  const [, folder = ""] = /^\/[^/]+\/(raw|bookmarks|receipts)\//.exec(url) ?? [];
  if (folder !== "") return `${method} ${folder}`;
  const operation = String(headers["x-amz-target"]).split(".")[1];
  const { Key, Item } = JSON.parse(body.toString()) as Record<
    string,
    Record<string, { S: string; M: object }>
  >;
  if (operation === "Query") return "Query state, settings";
  const { pk, sk, lease } = Item ?? Key ?? {};
  const kind = /^(token|streamers)#/.exec(pk?.S ?? "")?.[1] ?? sk?.S.split("#")[0];
  return `${operation} ${kind}${lease ? " (lease)" : ""}`;
}

/**
 * Proxies in front of DynamoDB and S3. `take` returns the calls since it was last called. `hold` lets the
 * next calls pass only in rounds of these sizes.
 */
export async function startCountingProxies(targets: { readonly dynamodb: string; readonly s3: string }) {
  let counts = none;
  let rounds = new Rounds([]);
  const arrived = (message: IncomingMessage, body: Buffer) => rounds.arrive(nameOf(message, body));
  const add = (more: Partial<Counts>) => {
    for (const [name, count] of Object.entries(more))
      counts = { ...counts, [name]: counts[name as keyof Counts] + count };
  };
  const dynamodb = await proxyTo(targets.dynamodb, {
    arrived,
    // The stand-in counts as documented: a unit for each started kB that is written, of the old or the new
    // item, whichever is larger, and for each started 4 kB that is read consistently.
    // docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    // docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    sent: body =>
      Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: "TOTAL" })),
    answered: ({ headers }, body, sent) => {
      const isWrite = /\.(Put|Update|Delete)Item$/.test(String(headers["x-amz-target"]));
      const { ConsumedCapacity: { CapacityUnits = 0 } = {} } = JSON.parse(body.toString()) as Answer;
      const isDay = isWrite && sent.includes('"day#');
      if (isDay) add({ dayUnits: CapacityUnits });
      else add({ calls: 1, [isWrite ? "writeUnits" : "readUnits"]: CapacityUnits });
    },
  });
  const s3 = await proxyTo(targets.s3, {
    arrived,
    sent: body => body,
    answered: ({ method }) => add(method === "PUT" ? { puts: 1 } : { gets: 1 }),
  });
  return {
    dynamodb: dynamodb.url,
    s3: s3.url,
    take: () => {
      const taken = counts;
      counts = none;
      return taken;
    },
    hold: (sizes: readonly number[]): Pick<Rounds, "names"> => {
      rounds = new Rounds(sizes);
      return rounds;
    },
    close: async () => {
      await dynamodb.close();
      await s3.close();
    },
  };
}

interface Hooks {
  /** Resolves when the call may be passed on. */
  arrived(message: IncomingMessage, body: Buffer): Promise<void>;
  /** Returns the body to pass on. */
  sent(body: Buffer): Buffer;
  answered(message: IncomingMessage, body: Buffer, sent: Buffer): void;
}

/** Headers of a single connection, which are not passed on. */
const ownHeaders = ["connection", "content-length", "expect", "host", "transfer-encoding"];

async function proxyTo(target: string, hooks: Hooks): Promise<Listening> {
  const passOn = async (message: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = message;
    const kept = Object.entries(headers).filter(([name]) => !ownHeaders.includes(name));
    const body = await buffer(message);
    await hooks.arrived(message, body);
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: kept as [string, string][],
      ...(body.length > 0 && { body: hooks.sent(body) }),
    });
    const answered = Buffer.from(await answer.arrayBuffer());
    hooks.answered(message, answered, body);
    const { "content-length": _, ...own } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, own).end(answered);
  };
  return listen(createServer((message, response) => void passOn(message, response)));
}
