import type { Scenario } from "./state.ts";

/** The scenarios, from the smallest on. */
export const scenarios = {
  alone: { name: "one client, two deliveries", chained: true, keys: [["a1", "a2"]], isAsymmetric: true },
  change: {
    name: "a delivery, and a rewind",
    chained: true,
    keys: [["a1"], ["change1"]],
    isAsymmetric: true,
  },
  unchainedChange: {
    name: "a delivery without If-Match, and a rewind",
    chained: false,
    keys: [["a1"], ["change1"]],
    isAsymmetric: true,
  },
  pair: { name: "two clients, a delivery each", chained: true, keys: [["a1"], ["b1"]] },
  unchained: {
    name: "two clients without If-Match, a delivery each",
    chained: false,
    keys: [["a1"], ["b1"]],
  },
  twins: { name: "two attempts of one delivery at a time", chained: true, keys: [["a1"], ["a1"]] },
  changes: {
    name: "a delivery, a rewind and another delivery",
    chained: true,
    keys: [["a1"], ["change1", "b1"]],
    isAsymmetric: true,
  },
  whole: {
    name: "two clients, two deliveries each",
    chained: true,
    keys: [
      ["a1", "a2"],
      ["b1", "b2"],
    ],
  },
} satisfies Record<string, Scenario>;

/** A bug in one file: `from` becomes `to`. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly scenario: keyof typeof scenarios;
  /** The beginning of the message that catches it. */
  readonly caught: RegExp;
}

const lease = "functions/persister/commit/lease.ts";
const idempotency = "functions/persister/commit/idempotency.ts";
const commit = "functions/persister/commit/commit.ts";
const change = "functions/persister/commit/change.ts";
const model = "test/simulation/model/model.ts";
const commands = "test/simulation/model/commands.ts";

/** A bug in the core makes the replay differ. A bug in the model breaks an invariant. */
export const mutants: readonly Mutant[] = [
  {
    name: "the core takes a live lease",
    file: lease,
    from: "if (remaining <= 0) return;",
    to: "if (remaining !== null) return;",
    scenario: "pair",
    caught: /client \d's call: read \w+ in the model, write item in the core/,
  },
  {
    name: "the core's store writes on top of any fence",
    file: "functions/memory/store.ts",
    from: "if ((items.get(key)?.fence ?? 0) !== next.fence - 1) return false;",
    to: "",
    scenario: "pair",
    caught: / in the model, .* in the core/,
  },
  {
    name: "the core gives an attempt new sequences",
    file: lease,
    from: "earlier?.firstSequence ?? nextSequence(current, now)",
    to: "nextSequence(current, now)",
    scenario: "alone",
    caught: /more sequences: false in the model, true in the core/,
  },
  {
    name: "the core does not check whether a lost write was its own",
    file: lease,
    from: "return found?.stamp === next.stamp;",
    to: "return false && found?.stamp === next.stamp;",
    scenario: "alone",
    caught: /client 0's call: write key in the model, read item in the core/,
  },
  {
    name: "the core continues after another delivery's sequences",
    file: lease,
    from: "if (isLast && !isMoved && !isDone) return;",
    to: "if (!isMoved && !isDone) return;",
    scenario: "pair",
    caught: / in the model, .* in the core/,
  },
  {
    name: "the core's precondition is checked for an attempt that continues",
    file: lease,
    from: "if (!isContinued(current, earlier)) await assertPrecondition(",
    to: "await assertPrecondition(",
    scenario: "alone",
    caught: /precondition-failed/,
  },
  {
    name: "the core does not read an item again that is older than the record under its key",
    file: lease,
    from: "if (attempt > 0 || isOutdated(current, request))",
    to: "if (attempt > 0)",
    scenario: "twins",
    caught: / in the model, .* in the core/,
  },
  {
    name: "the core files no commit before it replaces it",
    file: commit,
    from: "    current && ports.history.file(name, current),\n",
    to: "",
    scenario: "alone",
    caught: /^history: /,
  },
  {
    name: "the core recognizes its commit only by the delivery",
    file: commit,
    from: "there?.delivery === delivery && there.at === at",
    to: "there?.delivery === delivery",
    scenario: "twins",
    caught: / in the model, .* in the core/,
  },
  {
    name: "the core keeps an earlier attempt's receipt",
    file: idempotency,
    from: "const { receipt: _, ...before } =",
    to: "const before =",
    scenario: "alone",
    caught: /remembers: /,
  },
  {
    name: "the core changes a bookmark at any revision",
    file: change,
    from: "await assertPrecondition(precondition, current, ports);",
    to: "",
    scenario: "change",
    caught: / in the model, .* in the core/,
  },
  {
    name: "a manual change whose answer was lost counts as refused",
    file: change,
    from: "&& !(await wasCommitted(made, streamer, ports))",
    to: "",
    scenario: "change",
    caught: / in the model, .* in the core/,
  },
  {
    name: "the model has no fence",
    file: model,
    from: "if ((there?.fence ?? 0) !== next!.fence - 1) return [state, false];",
    to: "",
    scenario: "pair",
    caught: /^I\d: /,
  },
  {
    name: "the model takes a live lease",
    file: commands,
    from: "const { keyItem, item = none, delivery, late } = process!;\n  if (item.lease?.over === false)",
    to: "const { keyItem, item = none, delivery, late } = process!;\n  if (item.lease === null)",
    scenario: "pair",
    caught: /^I5: a live lease is taken/,
  },
  {
    name: "the model does not check its precondition",
    file: commands,
    from: "const isSeen = body!.revision === undefined || body!.revision === revisionOf(item);",
    to: "const isSeen = true;",
    scenario: "pair",
    caught: /^I[14]: /,
  },
  {
    name: "the model continues after another delivery's sequences",
    file: commands,
    from: "if (item.range !== keyItem.range || isMoved || isDone)",
    to: "if (isMoved || isDone)",
    scenario: "pair",
    caught: /^I3: older records take the place of newer ones/,
  },
  {
    name: "the model continues a delivery that was superseded",
    file: commands,
    from: "const isMoved = revisionOf(item) !== keyItem.base && !isContinued;",
    to: "const isMoved = revisionOf(item) < 0;",
    scenario: "unchainedChange",
    caught: /^I[34]: /,
  },
  {
    name: "the model does not read an item again that is older than the record under its key",
    file: commands,
    from: "(item?.range ?? 0) < keyItem.range",
    to: "(item?.range ?? 0) < 0",
    scenario: "twins",
    caught: /^I6: a delivery is called superseded/,
  },
  {
    name: "the model commits what was not accepted",
    file: commands,
    from: "? commit(file(state, item!), client, accepted)",
    to: "? commit(file(state, item!), client, records)",
    scenario: "alone",
    caught: /^I1: a bookmark is ahead of its records/,
  },
  {
    name: "the model's receipt is valid before its commit",
    file: commands,
    from: "return commit?.delivery === keyItem.delivery && commit.whole ? commit : undefined;",
    to: "return commit;",
    scenario: "pair",
    caught: /^I6: /,
  },
];
