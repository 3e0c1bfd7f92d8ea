import type { Writable } from "node:stream";
import type { Client, Connection as Protocol, QueryResult } from "pg";
import { type Address, placeOf } from "./address.ts";

/** A connection with an open transaction. */
export interface Connection {
  /** Runs statements, separated by semicolons. */
  run(sql: string): Promise<void>;
  /** Runs statements and resolves to the rows of the last one. */
  rows<Row>(sql: string): Promise<readonly Row[]>;
  /** Runs statements, each `copy … from stdin` with one of `inputs`. Resolves to all their rows. */
  copy(sql: string, inputs: readonly Uint8Array[]): Promise<readonly (readonly unknown[])[]>;
}

/** A connection that has been idle for longer is checked before it is used: Lambda may have slept. */
const idleMillisecondsMax = 1_000;
const checkMillisecondsMax = 3_000;
const connectMillisecondsMax = 10_000;
/** If the client falls asleep in a transaction, its locks are released after this time. */
const abandonedMilliseconds = 30_000;

/** One connection to a database, which one transaction after another uses. It is made at the first. */
export class Session {
  readonly #address: Address;
  #client: Client | undefined;
  #usedAt = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(address: Address) {
    this.#address = address;
  }

  get place(): string {
    return placeOf(this.#address);
  }

  /**
   * Does `work` in a transaction, after those that were asked for earlier, within `milliseconds`. It is
   * committed unless `work` rejects. The connection is closed if it fails or time is over.
   */
  transaction<T>(milliseconds: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const until = performance.now() + milliseconds;
    const mine = this.#last.then(() => this.#begin(until - performance.now(), work));
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #begin<T>(milliseconds: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (milliseconds <= 0) throw new TimeIsOver();
    return this.#within(milliseconds, async () => {
      const client = await this.#connected();
      const connection = new OpenConnection(client);
      try {
        await connection.run(beginning(milliseconds));
        const result = await work(connection);
        await connection.run("commit");
        this.#usedAt = Date.now();
        return result;
      } catch (error) {
        await connection.run("rollback").catch(() => this.#close());
        throw error;
      }
    });
  }

  /** Ends the connection, if there is one. */
  async end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined && Date.now() - this.#usedAt > idleMillisecondsMax)
      await this.#within(checkMillisecondsMax, () => this.#client!.query("select 1")).catch(() => {});
    this.#client ??= await this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const { default: pg } = await import("pg");
    const { ssl, application, ...address } = this.#address;
    const client = new pg.Client({
      ...address,
      ssl,
      application_name: application,
      connectionTimeoutMillis: connectMillisecondsMax,
      keepAlive: true,
    });
    // A connection may fail while it is idle.
    client.on("error", () => this.#close(client));
    client.on("end", () => this.#close(client));
    await client.connect();
    this.#usedAt = Date.now();
    return client;
  }

  /** Closes the connection at once, and with it what it is doing. */
  #close(client = this.#client): void {
    if (client === undefined) return;
    if (client === this.#client) this.#client = undefined;
    (client as unknown as { readonly connection: Protocol }).connection.stream.destroy();
  }

  async #within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#close();
    }, milliseconds);
    try {
      return await work();
    } catch (error) {
      throw isLate ? new TimeIsOver() : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Thrown if a transaction is not done in time. It may have been committed if it was about to. */
export class TimeIsOver extends Error {
  override readonly name = "TimeIsOver";

  constructor() {
    super("time ran out");
  }
}

/** A commit must be durable even where the server's default is not. */
const beginning = (milliseconds: number) => `begin isolation level read committed;
  set local statement_timeout = ${Math.ceil(milliseconds)};
  set local idle_in_transaction_session_timeout = ${abandonedMilliseconds};
  select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'`;

class OpenConnection implements Connection {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  async rows<Row>(sql: string): Promise<readonly Row[]> {
    const results = (await this.#client.query(sql)) as unknown as QueryResult | QueryResult[];
    return ([results].flat().at(-1)?.rows ?? []) as Row[];
  }

  async copy(sql: string, inputs: readonly Uint8Array[]): Promise<readonly (readonly unknown[])[]> {
    const { Query } = (await import("pg")).default;
    const results = await new Promise<QueryResult | QueryResult[]>((resolve, reject) => {
      let next = 0;
      const query = new Query(sql, undefined, (error: Error | undefined, result: unknown) =>
        error ? reject(error) : resolve(result as QueryResult | QueryResult[]),
      );
      Object.assign(query, {
        handleCopyInResponse(protocol: CopyProtocol) {
          send(inputs[next++]!, protocol.stream);
          protocol.endCopyFrom();
        },
      });
      this.#client.query(query as never);
    });
    return [results].flat().map(({ rows }) => rows);
  }
}

/** Small enough for the server's caches. */
const pieceBytesMax = 256 * 1_024;
/** `d` and the length of itself and the data: postgresql.org/docs/current/protocol-message-formats.html */
const [copyData, lengthBytes] = [0x64, 4];

/** Sends COPY data without copying it, as pg would: it must stay as it is until the server has answered. */
function send(bytes: Uint8Array, stream: Writable): void {
  stream.cork();
  for (let at = 0; at < bytes.length; at += pieceBytesMax) {
    const length = Math.min(pieceBytesMax, bytes.length - at);
    const head = Buffer.alloc(1 + lengthBytes);
    head[0] = copyData;
    head.writeUInt32BE(lengthBytes + length, 1);
    stream.write(head);
    stream.write(bytes.subarray(at, at + length));
  }
  stream.uncork();
}

/** The part of pg's Connection that its types lack. */
interface CopyProtocol {
  readonly stream: Writable;
  endCopyFrom(): void;
}
