import type { Process } from "../process.ts";
import { noteFault } from "../report.ts";
import type { Answered, Sent } from "../sent.ts";
import { positionIn } from "../source/body.ts";
import type { World } from "../world/world.ts";
import { Violation } from "./violation.ts";

export const dayMilliseconds = 86_400_000;
/** The maximum duration of a process plus the maximum error of its clock. */
const slackMilliseconds = 1_200_000;
/** A delivery gives up after it has lost this many races for the streamer. */
const racesMin = 5;
/** Keys expire after 400 days. */
export const knownMilliseconds = 399 * dayMilliseconds;

/** Checks the answers that callers get: I2, I3, I6 and I7. */
export class Answers {
  readonly #world: World;
  readonly #receipts = new Map<string, string>();
  /** By key, the first body with a receipt. */
  readonly #taken = new Map<string, string>();
  readonly #asked = new Map<string, number>();
  readonly #lastAsked = new Map<string, number>();
  /** Keys that may have passed from one body to another, or have expired: their first body is unknown. */
  readonly #shared = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  isShared(key: string): boolean {
    return this.#shared.has(key);
  }

  /** The table was restored to an earlier state. */
  forget(): void {
    for (const key of this.#asked.keys()) this.#shared.add(key);
    this.#receipts.clear();
  }

  /** Called when a process begins. */
  asked({ key, body }: Sent): void {
    if (key === undefined || body === undefined) return;
    const { now } = this.#world.scheduler;
    const first = this.#asked.get(key) ?? now;
    this.#asked.set(key, first);
    const isOthers = [...this.#lastAsked.keys()].some(
      each => each.startsWith(`${key} `) && each !== `${key} ${body.name}`,
    );
    if (isOthers && now - first >= dayMilliseconds - slackMilliseconds) this.#shared.add(key);
    if (now - first >= knownMilliseconds) this.#shared.add(key);
    this.#lastAsked.set(`${key} ${body.name}`, now);
  }

  /** Called when a process ends whose answer is not checked. */
  ended({ line }: Process): void {
    if (line.inFlight > 0) throw new Violation("I6", "something is in flight after the end");
  }

  /** Called when a process answers. */
  check(process: Process, answered: Answered): void {
    const { sent } = process;
    if (process.line.inFlight > 0)
      throw new Violation("I6", `${process.line.step} is in flight after the answer`);
    this.#checkToken(process, answered);
    if (sent.kind === "look") return this.#checkLook(process, answered);
    if (sent.kind === "settings") return this.#world.invariants.settings.check(process, answered);
    const { code, ...members } = membersOf(answered);
    if (code === "internal") throw new Violation("I6", "an internal error");
    if (code === undefined) this.#checkDone(process, answered, members);
    else this.#checkRefused(process, code, members);
  }

  /** I7: a caller without permission has no effect. */
  #checkToken({ sent: { token }, began }: Process, { status }: Answered): void {
    const ended = this.#world.endedTokens.get(token);
    const isEnded = ended !== undefined && ended < began - this.#world.skewMillisecondsMax;
    if (isEnded && status !== 401 && status < 500) throw new Violation("I7", "a token that has ended admits");
    if (isEnded) noteFault(this.#world.faults, "token-ended", "authenticate");
  }

  /** I6: a list shows every earlier commit. */
  #checkLook(process: Process, { status, headers, text }: Answered): void {
    const { sent, revisionBefore, streamersBefore } = process;
    if (status !== 200) return;
    const revision = Number(/^"(\d+)"$/.exec(headers.etag ?? "")?.[1] ?? revisionBefore);
    if (revision < revisionBefore)
      throw new Violation(
        "I6",
        `revision ${revision} is answered, and ${revisionBefore} was committed before`,
      );
    const made = this.#world.invariants.commits.madeAt(sent.streamer, revisionBefore);
    const listed = {
      streamers: streamersBefore.map(name => `"streamer":"${name}"`),
      history: made === undefined ? [] : [made.delivery],
      deliveries: made?.isWhole === true ? [made.delivery] : [],
    };
    const missing = sent.list && listed[sent.list].find(each => !text.includes(each));
    if (missing !== undefined) throw new Violation("I6", `${missing} is not among the ${sent.list}`);
  }

  #checkDone(process: Process, answered: Answered, { archive, delivery }: Members): void {
    const { sent } = process;
    const { commits, landings } = this.#world.invariants;
    const revision = Number(/^"(\d+)"$/.exec(answered.headers.etag ?? "")?.[1]);
    const made = commits.madeAt(sent.streamer, revision);
    if (made === undefined) throw new Violation("I6", `revision ${revision} is answered, and nobody made it`);
    if (sent.kind === "change") return;
    const { body, bytes, changes } = sent;
    if (body?.isFaulty === true) throw new Violation("I7", "a faulty body is accepted");
    if (archive !== undefined) this.#checkArchived(archive, bytes!);
    if (!made.isWhole || (delivery !== undefined && made.delivery !== delivery))
      throw new Violation("I6", `${body?.name} is answered 200 and not committed`);
    const missing = changes.find(change => !landings.isAccepted(sent.streamer, change));
    if (missing !== undefined) throw new Violation("I6", `${missing.position} of ${body?.name} is missing`);
    this.#checkReceipt(sent, `${answered.headers.etag} ${answered.text}`);
  }

  #checkRefused(process: Process, code: string, members: Members): void {
    const { sent, hasWritten } = process;
    const { body, bytes, key, streamer } = sent;
    const { commits } = this.#world.invariants;
    if (sent.kind === "change") return this.#checkChange(process, code);
    if (body?.isFaulty === true && hasWritten) throw new Violation("I7", "a faulty body had an effect");
    if (code === "unauthorized") {
      if (hasWritten) throw new Violation("I7", "a caller without a token had an effect");
      return;
    }
    if (!["archive-unavailable", "tokens-unavailable"].includes(code))
      this.#checkArchived(members.archive, bytes!);
    this.#checkNamed(streamer, members);
    if (code === "key-reused" && key !== undefined && this.#isFree(key, body?.name ?? ""))
      throw new Violation("I3", `${key} is refused to ${body?.name}, a day after any other body`);
    // It may have read the item before another attempt's commit.
    const isKnown = commits.madeAt(streamer, process.revisionBefore)?.delivery === members.delivery;
    if (code === "precondition-failed" && isKnown && commits.isContinued(streamer, members.delivery))
      throw new Violation("I6", "an attempt that goes on is held to the revision that it has made itself");
    const races = (commits.fenceOf(streamer) ?? 0) - process.fenceBefore;
    if (code === "delivery-in-flight" && members.inFlight === undefined && races < racesMin)
      throw new Violation("I6", "a delivery is refused for another one, and there is none");
    if (code !== "superseded") return;
    if (process.fence === undefined && !commits.isOvertaken(streamer, members.delivery!))
      throw new Violation("I6", "a delivery is called superseded that nobody has overtaken");
    if (key === undefined && commits.isCommitted(streamer, members.delivery))
      throw new Violation("I6", "a delivery that was committed is called superseded");
    if (key !== undefined && this.#receipts.has(`${key} ${body?.name}`) && !this.#shared.has(key))
      throw new Violation("I3", "a delivery that was committed is called superseded");
  }

  /** I6: a change that was made is not reported as refused. */
  #checkChange({ hasChanged }: Process, code: string): void {
    if (hasChanged && code !== "store-unavailable")
      throw new Violation("I6", `a change that was made is answered ${code}`);
  }

  /** I1: the bookmark in an error was once the streamer's. */
  #checkNamed(streamer: string, { revision, bookmark }: Members): void {
    if (revision === undefined) return;
    const made = this.#world.invariants.commits.madeAt(streamer, revision);
    if (revision > 0 && made === undefined)
      throw new Violation("I1", `an error names revision ${revision}, which nobody has made`);
    const named = bookmark === undefined ? undefined : positionIn(JSON.stringify(bookmark));
    if (named !== undefined && named !== made?.position)
      throw new Violation("I1", `an error names ${named}, and revision ${revision} is at ${made?.position}`);
  }

  /** I3: a delivery's receipt never changes, and for a day no other body has one under its key. */
  #checkReceipt({ body, key }: Sent, text: string): void {
    if (key === undefined || body === undefined || this.#shared.has(key)) return;
    const name = this.#taken.get(key) ?? body.name;
    this.#taken.set(key, name);
    const age = this.#world.scheduler.now - (this.#asked.get(key) ?? 0);
    if (name !== body.name && age < dayMilliseconds - slackMilliseconds)
      throw new Violation("I3", `${key} has a receipt of ${name} and one of ${body.name}`);
    const first = this.#receipts.get(`${key} ${body.name}`) ?? text;
    this.#receipts.set(`${key} ${body.name}`, first);
    if (first !== text) throw new Violation("I3", `${body.name} has a second receipt: ${first} / ${text}`);
  }

  /** Whether no other body has arrived under the key for a day plus the duration of a process. */
  #isFree(key: string, name: string): boolean {
    const { now } = this.#world.scheduler;
    return [...this.#lastAsked].every(
      ([asked, when]) =>
        !asked.startsWith(`${key} `) ||
        asked === `${key} ${name}` ||
        now - when > dayMilliseconds + slackMilliseconds,
    );
  }

  #checkArchived(archive: string | undefined, bytes: Uint8Array): void {
    const archived = this.#world.bucket.objects.get(archive?.replace(/^s3:\/\/[^/]+\//, "") ?? "");
    if (archived === undefined || Buffer.compare(archived, bytes) !== 0)
      throw new Violation("I2", "a body is not archived byte for byte");
  }
}

interface Members {
  readonly inFlight?: string;
  readonly code?: string;
  readonly delivery?: string;
  readonly archive?: string;
  readonly revision?: number;
  readonly bookmark?: unknown;
}

/** The member of a receipt or problem; `Accept: text/plain` has none. */
function membersOf({ headers, text }: Answered): Members {
  return headers["content-type"]?.includes("json") === true ? (JSON.parse(text) as Members) : {};
}
