import type { Edge } from "./model.ts";
import { positionOf, revisionOf } from "./moves.ts";
import type { Commit, Item, Scenario, State } from "./state.ts";

/** A broken promise. Its message begins with the invariant's name (docs/guarantees.md). */
class Violation extends Error {
  override readonly name = "Violation";
}

/** Throws a Violation if an edge breaks an invariant, given that the state before it is valid. */
export function checkEdge(before: State, edge: Edge, after: State, { chained }: Scenario): void {
  if (before.item?.fence !== after.item?.fence) checkWrite(before, edge, after, chained);
  if (edge.kind === "pass") return;
  checkSend(before, after, edge.client, chained);
  checkAnswer(before, after, edge.client);
}

function hold(isHeld: boolean, message: string): void {
  if (!isHeld) throw new Violation(message);
}

/** Checks each write of the item: I3, I4, I5. */
function checkWrite(before: State, edge: Edge, after: State, chained: boolean): void {
  const [old, item] = [before.item, after.item!];
  if (edge.kind === "pass") throw new Violation("I5: time writes");
  const { at } = before.clients[edge.client]!.process!;
  const isBegun = at === "begin" || at === "change";
  hold(item.fence === (old?.fence ?? 0) + 1, "I5: a write on top of an old fence");
  hold(!isBegun || old?.lease?.over !== false, "I5: a live lease is taken");
  hold(item.range >= (old?.range ?? 0), "I3: sequences go back");
  if (revisionOf(item) === revisionOf(old)) return;
  hold(revisionOf(item) === revisionOf(old) + 1, "I5: a revision is skipped");
  checkCommit(before, edge.client, item, chained);
}

/** Checks each commit: I1, I4. */
function checkCommit(before: State, client: number, item: Item, chained: boolean): void {
  const { body, process } = before.clients[client]!;
  const { isChange, from, revision, key } = body!;
  const { position, whole, delivery } = item.commit!;
  const old = before.item;
  const isContinued = old?.commit?.delivery === delivery;
  if (isChange) return hold(revisionOf(old) === revision, "I4: a change is made on top of another revision");
  const accepted = before.sent[key]?.accepted ?? 0;
  hold(position <= from + accepted, "I1: a bookmark is ahead of its records");
  hold(!whole || accepted === 2, "I6: a delivery is whole without its records");
  if (chained) {
    hold(positionOf(old) >= from, "I1: a bookmark is ahead of an earlier delivery's records");
    hold(position >= positionOf(old), "I4: the bookmark goes back");
    hold(
      isContinued || revisionOf(old) === revision,
      "I4: a delivery is committed on top of another revision",
    );
  }
  const { base } = process!.keyItem ?? before.keyItems[key]!;
  for (let since = base + 1; since <= revisionOf(old); since++)
    hold(committed(before, since)?.delivery === delivery, "I4: a delivery that was superseded is committed");
}

const committed = ({ item, history }: State, revision: number): Commit | undefined =>
  revision === revisionOf(item) ? item?.commit : history[revision - 1];

/** Checks sent records: I3, I5. */
function checkSend(before: State, after: State, client: number, chained: boolean): void {
  const [earlier, { process, body }] = [before.clients[client]!, after.clients[client]!];
  if (process?.at !== "send" || earlier.process?.at === "send") return;
  const { range } = process.keyItem!;
  hold(after.item?.fence === process.item!.fence, "I5: records are sent by one that has lost the streamer");
  hold(range === after.sent[body!.key]!.range, "I3: a record has a second sequence");
  hold(range >= before.sentRange, "I3: older records take the place of newer ones");
  if (chained)
    hold(
      positionOf(after.item) === body!.from + process.acceptedCount,
      "I1: records are sent that don't follow the bookmark",
    );
}

/** Checks each answer: I3, I6. */
function checkAnswer(before: State, after: State, client: number): void {
  const [earlier, { heard }] = [before.clients[client]!, after.clients[client]!];
  if (heard === earlier.heard || earlier.body === undefined || earlier.body.isChange) return;
  const { key } = earlier.body;
  const delivery = after.keyItems[key]?.delivery;
  if (heard!.code === "superseded") checkSuperseded(before, client);
  if (heard!.code === "committed" || heard!.code === "replayed") {
    const made = committed(after, heard!.revision!);
    hold(
      made?.delivery === delivery && made?.whole === true,
      "I6: a delivery is answered 200 and not committed",
    );
    hold(made?.position === heard!.position, "I3: a receipt names another bookmark");
  }
}

/** I6: a delivery without a lease is called superseded only if something has come after its begin. */
function checkSuperseded({ item, keyItems, clients, history }: State, client: number): void {
  const { body, process } = clients[client]!;
  const record = keyItems[body!.key];
  if (process!.next !== undefined || record === undefined) return;
  const { base, range, delivery } = record;
  const since = [...history, ...(item?.commit ? [item.commit] : [])].filter(each => each.revision > base);
  const isOvertaken =
    (item?.range ?? 0) > range || since.some(each => each.delivery !== delivery || each.whole);
  hold(isOvertaken, "I6: a delivery is called superseded that nobody has overtaken");
}
