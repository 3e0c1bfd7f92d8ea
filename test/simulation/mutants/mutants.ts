/** A bug that somebody might write: in one file of functions/, `from` becomes `to`. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Where the search for a schedule that shows it begins: few do. */
  readonly seed?: number;
  /** Schedules of another kind than those of any client: few of them show it. */
  readonly schedules?: "twins";
}

export const mutants: readonly Mutant[] = [
  {
    name: "a bookmark is safe before the batches that stand before it are settled",
    file: "persister/forward/tracker.ts",
    from: "this.#accepted.next?.accepted === true",
    to: "this.#accepted.next !== undefined",
  },
  {
    name: "a batch that failed counts as accepted",
    file: "persister/forward/forward.ts",
    from: "if (refusal === undefined) this.#tracker.accept(",
    to: "if (refusal !== null) this.#tracker.accept(",
  },
  {
    name: "the commit does not wait for batches in flight",
    file: "persister/forward/forward.ts",
    from: "const ended = await Promise.allSettled(Array.from({ length: batchesInFlightMax }, () => this.#lane()));",
    to: "const ended: PromiseSettledResult<void>[] = []; await Promise.race(Array.from({ length: batchesInFlightMax }, () => this.#lane()));",
    seed: 2,
  },
  {
    name: "an error names a bookmark that is safe, and was not committed",
    file: "persister/commit/commit.ts",
    from: "if (replacing(safe, lease) !== undefined) return await commit(lease, safe, undefined, ports);",
    to: "if (safe !== undefined) return { revision: revisionOf(lease.held) + 1, committedAt: 0, bookmark: safe };",
  },
  {
    name: "an empty state takes the place of any bookmark",
    file: "persister/commit/commit.ts",
    from: "safe?.isEmptyState === true && holdsSomething(held.commit?.bookmark) ? undefined : safe",
    to: "safe?.isEmptyState === true && holdsSomething(undefined) && held ? undefined : safe",
  },
  {
    name: "an error names the next revision",
    file: "persister/forward/refusal.ts",
    from: 'committed: state ?? "unknown"',
    to: 'committed: state === undefined ? "unknown" : { ...state, revision: state.revision + 1 }',
  },
  {
    name: "no fence: a commit is written upon whatever is there",
    file: "persister/deadline.ts",
    from: "write: next => streamers.write(next, deadline),",
    to: "write: async next => streamers.write(next.lease ? next : { ...next, fence: ((await streamers.read(next.name, deadline + 90_000))?.fence ?? 0) + 1 }, deadline + 90_000),",
  },
  {
    name: "no lease: another delivery in flight is not looked for",
    file: "persister/commit/lease.ts",
    from: "if (remaining <= 0) return;",
    to: "if (remaining !== null) return;",
  },
  {
    name: "batches are sent when the lease is over",
    file: "persister/persist.ts",
    from: "const forwardBy = deadline - commitMillisecondsMin;",
    to: "const forwardBy = deadline + 60_000;",
  },
  {
    name: "a new sequence on each attempt",
    file: "persister/commit/lease.ts",
    from: "earlier?.firstSequence ?? nextSequence(current, now)",
    to: "nextSequence(current, now)",
  },
  {
    name: "the sequences are used before they are remembered",
    file: "persister/commit/idempotency.ts",
    from: "  await writeRecord(next, ports);\n  return next;",
    to: "  void writeRecord(next, ports).catch(() => undefined);\n  return next;",
  },
  {
    name: "sequences begin anew with each delivery's clock",
    file: "persister/commit/lease.ts",
    from: "(streamer?.lastSequence ?? 0n) + 1n)",
    to: "0n * (streamer?.lastSequence ?? 0n))",
  },
  {
    name: "a delivery that was overtaken goes on",
    file: "persister/commit/lease.ts",
    from: "if (earlier !== undefined) assertNotSuperseded(",
    to: "if (earlier === null) assertNotSuperseded(",
  },
  {
    name: "only commits overtake, not another delivery's sequences",
    file: "persister/commit/lease.ts",
    from: "if (isLast && !isMoved && !isDone) return;",
    to: "if (!isMoved) return;",
    seed: 1180,
  },
  {
    name: "If-Match is not looked at",
    file: "persister/commit/precondition.ts",
    from: "match === undefined || includes(match, revision)",
    to: "match === undefined || match !== null",
  },
  {
    name: "a receipt is good before its commit",
    file: "persister/commit/idempotency.ts",
    from: "if (commit?.delivery !== earlier.delivery || commit.whole !== true) return undefined;",
    to: "if (commit === undefined) return undefined;",
  },
  {
    name: "the receipt is not remembered",
    file: "persister/persist.ts",
    from: "          record && saveReceipt(",
    to: "          record === null && saveReceipt(",
  },
  {
    name: "the receipt that was read before the commit is given out",
    file: "persister/commit/idempotency.ts",
    from: "receiptOf(good.receipt.text,",
    to: "receiptOf(earlier.receipt.text,",
    seed: 2246,
  },
  {
    name: "a committed delivery can't be asked for",
    file: "persister/persist.ts",
    from: "          fileReceipt(facts, { replay, at: record?.createdAt ?? progress.at, revision }, commitPorts),\n",
    to: "",
  },
  {
    name: "past commits are not filed",
    file: "persister/commit/lease.ts",
    from: "ports);\n    if (current?.commit !== undefined) await ports.history.file(",
    to: "ports);\n    if (current === null) await ports.history.file(",
  },
  {
    name: "an attempt goes on though another one has committed the delivery",
    file: "persister/commit/lease.ts",
    from: "isContinued(streamer, earlier) && streamer?.commit?.whole === true",
    to: "false",
    schedules: "twins",
  },
  {
    name: "a key takes any body",
    file: "persister/commit/idempotency.ts",
    from: "found?.digest === digest ? found",
    to: "found !== undefined ? found",
  },
  {
    name: "a second attempt goes back to an earlier bookmark",
    file: "persister/persist.ts",
    from: "acceptedBefore(lease)), tracker",
    to: "0), tracker",
    seed: 7746,
  },
  {
    name: "an attempt goes on behind another delivery's records",
    file: "persister/commit/lease.ts",
    from: "commit?.delivery === delivery ? (commit.acceptedCount ?? 0) : 0",
    to: "commit?.acceptedCount ?? 0",
  },
  {
    name: "a key belongs to its first body for ever",
    file: "persister/commit/idempotency.ts",
    from: "if (clock.now() - createdAt >= keyMilliseconds) return;",
    to: "if (clock.now() < createdAt) return;",
  },
  {
    name: "a change by hand is made upon any revision",
    file: "persister/commit/change.ts",
    from: "await assertPrecondition(precondition, current, ports);",
    to: "",
  },
  {
    name: "a change by hand forgets which sequences were used",
    file: "persister/commit/change.ts",
    from: "current ?? { lastSequence: 0n }",
    to: "{ ...current, lastSequence: 0n }",
  },
  {
    name: "the archive is not waited for",
    file: "persister/persist.ts",
    from: "progress.archived(await parts.archive.put(progress.archiveKey, request.body, forwardBy));",
    to: 'parts.archive.put(progress.archiveKey, request.body, forwardBy).catch(() => {}); progress.archived("memory://" + progress.archiveKey);',
  },
  {
    name: "what is right of a faulty body is forwarded",
    file: "persister/body/validate.ts",
    from: "  faults.throwIfAny();\n",
    to: "",
  },
  {
    name: "a commit whose answer was lost is called superseded",
    file: "persister/commit/commit.ts",
    from: "if (there?.delivery === delivery && there.at === at) return;",
    to: "",
  },
];
