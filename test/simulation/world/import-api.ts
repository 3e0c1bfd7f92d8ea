import type { importApi } from "../../../functions/import-api/client.ts";
import type { CallFault } from "../faults.ts";
import type { Process } from "../process.ts";
import type { Random } from "../random.ts";
import { type Activated, type Landed, type Request, requestIn } from "./landed.ts";

type Post = NonNullable<Parameters<typeof importApi>[0]["post"]>;
type Call = Parameters<Post>[0];
type Answer = Awaited<ReturnType<Post>>;

/** Called with everything that is accepted, and its sender. */
export interface Landing {
  landed(record: Landed, process: Process): void;
  activated(activation: Activated, process: Process): void;
}

const answer = (status: number, body = "", retryAfter?: string): Answer => ({
  kind: "answer",
  status,
  statusText: "",
  retryAfter,
  contentType: "application/json",
  body,
});

const silence = (hasTimeLeft: boolean): Answer => ({
  kind: "silence",
  reason: hasTimeLeft ? "broken" : "deadline",
  message: "no answer",
});

/** The Import API, and the secret with its account. */
export class SimulatedImportApi {
  /** For each key of a table, the row with the highest sequence, and of equal ones the first. */
  readonly #rows = new Map<string, Landed>();
  readonly #random: Random;
  readonly #landing: Landing;
  #account = { clientId: 4_242, token: "token-1" };
  /** By token, the account. */
  readonly #accounts = new Map([[this.#account.token, this.#account.clientId]]);
  #tokens = 1;

  constructor(random: Random, landing: Landing) {
    this.#random = random;
    this.#landing = landing;
  }

  /** Returns the source's position that a row shows. */
  positionOf(row: Pick<Landed, "table" | "version" | "id">): number {
    return this.#rows.get(rowKey(row))?.position ?? 0;
  }

  readonly secret = (): string => JSON.stringify({ default: this.#account });

  /** A process's request, on its line. */
  post(process: Process): Post {
    return (call, { remainingMilliseconds, silenceMilliseconds }) => {
      const { line } = process;
      // The sender may no longer change bytes in flight.
      const sent = Buffer.from(call.body);
      process.invariants.checkSend(process, call.body);
      return line.call<Answer>({
        step: sent.includes('"activate_version"') ? "activate" : "forward",
        service: "import-api",
        deadline: line.now() + Math.min(remainingMilliseconds, silenceMilliseconds),
        effect: () => {
          if (!sent.equals(call.body))
            process.invariants.broken("I3", "the bytes of a request changed while it was on its way");
          return this.#do(call, sent, process);
        },
        lost: async hasTimeLeft => silence(hasTimeLeft || silenceMilliseconds < remainingMilliseconds),
        instead: fault => {
          const instead = this.#instead(fault, process, () => this.#do(call, sent, process));
          return instead && (async () => instead());
        },
      });
    };
  }

  #instead(fault: CallFault, process: Process, work: () => Answer): (() => Answer) | undefined {
    switch (fault) {
      case "queued":
        return () => this.#though(202, work);
      case "taken-and-failed":
        return () => this.#though(500, work);
      case "throttled":
        return () => answer(429, "", this.#random.pick([undefined, "1", "3", "not-a-time"]));
      case "unavailable":
        return () => answer(503, "", this.#random.pick([undefined, "1"]));
      case "rejected":
        return () => answer(400, '{"error":"Record 0 did not conform to schema"}');
      case "too-large":
        return () => {
          process.hasHalved = true;
          return answer(413);
        };
      case "token-replaced":
      case "account-replaced":
        return () => {
          this.#replaceToken(fault === "account-replaced");
          return work();
        };
      default:
        return undefined;
    }
  }

  /** The batch is accepted, but answered with another status. */
  #though(status: number, work: () => Answer): Answer {
    const done = work();
    return done.kind === "answer" && done.status === 201 ? answer(status) : done;
  }

  #replaceToken(isOthers: boolean): void {
    this.#accounts.delete(this.#account.token);
    const clientId = this.#account.clientId + (isOthers ? 1 : 0);
    this.#account = { clientId, token: `token-${++this.#tokens}` };
    this.#accounts.set(this.#account.token, clientId);
  }

  #do({ headers }: Call, body: Uint8Array, process: Process): Answer {
    const clientId = this.#accounts.get(String(headers.Authorization).replace("Bearer ", ""));
    if (clientId === undefined) return answer(401, '{"message":"Not Authorized"}');
    const request = requestIn(body, String(headers["Content-Type"]));
    for (const each of request.clientIds) if (each !== clientId) return answer(403, '{"error":"Forbidden"}');
    process.invariants.landsIn(process, clientId);
    this.#accept(request, process);
    return answer(201);
  }

  #accept({ records, activations }: Request, process: Process): void {
    for (const record of records) {
      if (record.hasKeys) this.#upsert(record);
      this.#landing.landed(record, process);
    }
    for (const activation of activations) this.#landing.activated(activation, process);
  }

  #upsert(record: Landed): void {
    const key = rowKey(record);
    const row = this.#rows.get(key);
    if (row === undefined || record.sequence > row.sequence) this.#rows.set(key, record);
  }
}

/** The identity of a row over its versions. */
const rowKey = ({ table, version, id }: Pick<Landed, "table" | "version" | "id">): string =>
  `${table} ${version ?? ""} ${id}`;
