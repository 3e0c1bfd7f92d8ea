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
    from: "this.#accepted.next?.settled === true",
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
    from: "if (replacing(safe, lease) !== undefined) return await commit(lease, safe, undefined, parts, deadline);",
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
    file: "persister/commit/commit.ts",
    from: "    ...after(held, parts.newId()),\n    commit: made,",
    to: "    ...after(await parts.streamers.read(held.name, deadline + 90_000), parts.newId()),\n    commit: made,",
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
    from: "forward: deadline - commitMillisecondsMin",
    to: "forward: deadline + 60_000",
  },
  {
    name: "a new sequence on each attempt",
    file: "persister/commit/lease.ts",
    from: "kept?.firstSequence ?? nextSequence(standing, now)",
    to: "nextSequence(standing, now)",
  },
  {
    name: "the sequences are used before they are remembered",
    file: "persister/commit/idempotency.ts",
    from: "  await writeKept(next, parts, deadline);\n  return next;",
    to: "  void writeKept(next, parts, deadline).catch(() => undefined);\n  return next;",
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
    from: "if (kept !== undefined) refuseOvertaken(",
    to: "if (kept === null) refuseOvertaken(",
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
    from: "if (commit?.delivery !== kept.delivery || commit.whole !== true) return undefined;",
    to: "if (commit === undefined) return undefined;",
  },
  {
    name: "the receipt is not remembered",
    file: "persister/persist.ts",
    from: "    kept && rememberReceipt(",
    to: "    kept === null && rememberReceipt(",
  },
  {
    name: "the receipt that was read before the commit is given out",
    file: "persister/commit/idempotency.ts",
    from: "receiptOf(good.receipt.text,",
    to: "receiptOf(kept.receipt.text,",
    seed: 2246,
  },
  {
    name: "a committed delivery can't be asked for",
    file: "persister/persist.ts",
    from: "    fileReceipt(facts, replay, kept?.createdAt ?? at, revision, parts, times.commit),\n",
    to: "",
  },
  {
    name: "past commits are not filed",
    file: "persister/commit/lease.ts",
    from: "if (standing?.commit !== undefined) await parts.history.file(",
    to: "if (standing === null) await parts.history.file(",
  },
  {
    name: "an attempt goes on though another one has committed the delivery",
    file: "persister/commit/lease.ts",
    from: "isContinued(streamer, kept) && streamer?.commit?.whole === true",
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
    from: "settledBefore(lease)), tracker",
    to: "0), tracker",
    seed: 7746,
  },
  {
    name: "an attempt goes on behind another delivery's records",
    file: "persister/commit/lease.ts",
    from: "commit?.delivery === delivery ? (commit.settled ?? 0) : 0",
    to: "commit?.settled ?? 0",
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
    from: "await refuseUnless(precondition, standing, parts, deadline);",
    to: "",
  },
  {
    name: "a change by hand forgets which sequences were used",
    file: "persister/commit/change.ts",
    from: "standing ?? { lastSequence: 0n }",
    to: "{ ...standing, lastSequence: 0n }",
  },
  {
    name: "the archive is not waited for",
    file: "persister/persist.ts",
    from: "const archive = await parts.archive.put(key, intake.body, times.forward).catch(",
    to: 'const archive = "memory://" + key; parts.archive.put(key, intake.body, times.forward).catch(() => {}); await Promise.resolve().catch(',
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
