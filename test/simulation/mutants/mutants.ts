import type { ScheduleKind } from "../schedules.ts";

/** A bug that somebody might write: in the one file that contains `from`, it becomes `to`. */
export interface Mutant {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The kind of schedule that shows it. */
  readonly schedules?: ScheduleKind;
  /**
   * A seed that shows it, if few do. `npm run mutants -- --find` finds another one when the simulation has
   * changed.
   */
  readonly seed?: number;
}

const inspecting =
  "    const [archive, inspected] = await allSettled([\n" +
  "      archiveBody(request, progress, { archive: parts.archive, by: forwardBy }),\n" +
  "      inspect(request, progress, ports),\n" +
  "    ]);\n";

export const mutants: readonly Mutant[] = [
  {
    name: "a bookmark is safe before the batches before it are accepted",
    from: "this.#accepted.next?.accepted === true",
    to: "this.#accepted.next !== undefined",
    seed: 12,
  },
  {
    name: "a batch that failed counts as accepted",
    from: "if (refusal === undefined) this.#tracker.accept(",
    to: "if (refusal !== null) this.#tracker.accept(",
    seed: 7,
  },
  {
    name: "the commit does not wait for batches in flight",
    from: "await Promise.all(this.#inFlight);",
    to: "await Promise.race([...this.#inFlight, Promise.resolve()]);",
  },
  {
    name: "an error names a bookmark that is safe, and was not committed",
    from: "if (replacing(safe, lease) === undefined) return { state: await stateOf(",
    to:
      "if (safe !== undefined) return { state: { revision: revisionOf(lease.held) + 1, " +
      "committedAt: 0, bookmark: safe } }; else return { state: await stateOf(",
    seed: 35,
  },
  {
    name: "an empty state replaces any bookmark",
    from: "safe?.isEmptyState === true && holdsSomething(held.commit?.bookmark) ? undefined : safe",
    to: "safe?.isEmptyState === true && holdsSomething(undefined) && held ? undefined : safe",
    seed: 90,
  },
  {
    name: "an error names the next revision",
    from: 'committed: state ?? "unknown"',
    to: 'committed: state === undefined ? "unknown" : { ...state, revision: state.revision + 1 }',
    seed: 8,
  },
  {
    name: "no fencing: a commit replaces whatever is there",
    from: "      write: next => streamers.write(next, deadline),",
    to:
      "      write: async next => streamers.write(next.lease ? next : { ...next, fence: ((await " +
      "streamers.read(next.name, deadline + 90_000))?.fence ?? 0) + 1 }, deadline + 90_000),",
    seed: 218,
  },
  {
    name: "no lease: another delivery in flight is ignored",
    from: "if (remaining <= 0) return;",
    to: "if (remaining !== null) return;",
    seed: 6,
  },
  {
    name: "batches are sent when the lease is over",
    from: "const forwardBy = deadline - commitMillisecondsMin;",
    to: "const forwardBy = deadline + 60_000;",
    seed: 73,
  },
  {
    name: "a new sequence on each attempt",
    from: "earlier?.firstSequence ?? nextSequence(current, now)",
    to: "nextSequence(current, now)",
    seed: 8,
  },
  {
    name: "the sequences are used before they are saved",
    from: "  await writeRecord(next, ports);\n  return next;",
    to: "  void writeRecord(next, ports).catch(() => undefined);\n  return next;",
    seed: 20,
  },
  {
    name: "sequences start again with each delivery's clock",
    from: "(streamer?.lastSequence ?? 0n) + 1n)",
    to: "0n * (streamer?.lastSequence ?? 0n))",
    seed: 53,
  },
  {
    name: "a delivery that was superseded continues",
    from: "if (earlier !== undefined) assertNotSuperseded(",
    to: "if (earlier === null) assertNotSuperseded(",
    seed: 35,
  },
  {
    name: "only commits supersede, not another delivery's sequences",
    from: "if (isLast && !isMoved && !isDone) return;",
    to: "if (!isMoved) return;",
    schedules: "crowded",
    seed: 54,
  },
  {
    name: "If-Match is ignored",
    from: "match === undefined || includes(match, revision)",
    to: "match === undefined || match !== null",
  },
  {
    name: "a receipt is good before its commit",
    from: "if (commit?.delivery !== earlier.delivery || commit.whole !== true) return undefined;",
    to: "if (commit === undefined) return undefined;",
    seed: 35,
  },
  {
    name: "the receipt is not saved",
    from: "          record && saveReceipt(",
    to: "          record === null && saveReceipt(",
  },
  {
    name: "the receipt that was read before the commit is answered",
    from: "receiptOf(good.receipt.text,",
    to: "receiptOf(earlier.receipt.text,",
    schedules: "twins",
    seed: 9,
  },
  {
    name: "a committed delivery can't be asked for",
    from: "          fileReceipt(facts, { replay, at: receivedAt, revision }, commitPorts),\n",
    to: "undefined,\n",
  },
  {
    name: "the item that names a large value is written before its object",
    from: "      await s3.put({ Bucket, Key: key, Body }, until(deadline));",
    to: "      void s3.put({ Bucket, Key: key, Body }, until(deadline)).catch(() => {});",
  },
  {
    name: "a large bookmark is committed though its object could not be stored",
    from: "      await s3.put({ Bucket, Key: key, Body }, until(deadline));",
    to: "      await s3.put({ Bucket, Key: key, Body }, until(deadline)).catch(() => {});",
  },
  {
    name: "a large receipt is saved though its object could not be stored",
    from: "values.store(`receipts/${streamer}`, bytes, deadline)",
    to:
      "values.store(`receipts/${streamer}`, bytes, deadline)" +
      ".catch(() => ({ key: `receipts/${streamer}/lost`, sha256: '' }))",
    schedules: "receipts",
  },
  {
    name: "a receipt names another object than the one that was stored",
    from: "bytes, deadline)) };",
    to: 'bytes, deadline)), key: "receipts/lost" };',
  },
  {
    name: "all large bookmarks of a streamer have one object",
    from: "const key = `",
    to: "const key = true ? prefix : `",
  },
  {
    name: "a manual change does not file the commit that it replaces",
    from: "    current?.commit && ports.history.file(streamer, current.commit),\n",
    to: "",
  },
  {
    name: "past commits are not filed",
    from: "    current && ports.history.file(name, current),\n",
    to: "",
  },
  {
    name: "a past commit is filed after the commit that replaces it",
    from: "    current && ports.history.file(name, current),\n",
    to:
      "    current && void Object.assign(ports.streamers, { write: (write => async (next: never) => " +
      "{ const isWritten = await write(next); await ports.history.file(name, current); " +
      "return isWritten; })(ports.streamers.write) }),\n",
  },
  {
    name: "an attempt continues though another one has committed the delivery",
    from: "isContinued(streamer, earlier) && streamer?.commit?.whole === true",
    to: "false",
    schedules: "twins",
    seed: 161,
  },
  {
    name: "a key accepts any body",
    from: "found?.digest === digest ? found",
    to: "found !== undefined ? found",
    seed: 2,
  },
  {
    name: "a second attempt goes back to an earlier bookmark",
    from: "const accepted = acceptedBefore(lease);",
    to: "const accepted = 0 * acceptedBefore(lease);",
    schedules: "crowded",
    seed: 55,
  },
  {
    name: "an attempt continues after another delivery's records",
    from: "commit?.delivery === delivery ? (commit.acceptedCount ?? 0) : 0",
    to: "commit?.acceptedCount ?? 0",
  },
  {
    name: "a key belongs to its first body permanently",
    from: "if (clock.now() - createdAt >= keyMilliseconds) return;",
    to: "if (clock.now() < createdAt) return;",
    seed: 32,
  },
  {
    name: "a bookmark is moved whatever the revision is",
    from: "  await assertPrecondition(precondition, current, ports);\n",
    to: "",
    seed: 115,
  },
  {
    name: "a moved bookmark forgets which sequences were used",
    from: "current ?? { lastSequence: 0n }",
    to: "{ ...current, lastSequence: 0n }",
    seed: 14,
  },
  {
    name: "the archive is not awaited",
    from: "const archived = await archive.put(progress.archiveKey, body, by);",
    to:
      'const archived = "memory://" + progress.archiveKey; ' +
      "archive.put(progress.archiveKey, body, by).catch(() => {});",
  },
  {
    name: "a body is forwarded before it is archived",
    from: "      archiveBody(request, progress, { archive: parts.archive, by: forwardBy }),\n",
    to:
      "      (() => { const archiving = archiveBody(request, progress, { archive: parts.archive, by: " +
      "forwardBy }); archiving.catch(() => {}); const { file } = commitPorts.log; " +
      "Object.assign(commitPorts.log, { file: async (filed: never) => " +
      "{ await archiving; await file(filed); } }); " +
      'const archive = "s3://simulated/" + progress.archiveKey; progress.archived(archive); ' +
      "return archive; })(),\n",
    seed: 8,
  },
  {
    name: "a refusal does not wait for the archive",
    from: "const [archive, inspected] = await allSettled([",
    to: "const [archive, inspected] = await Promise.all([",
  },
  {
    name: "a replayed receipt does not wait for the archive",
    from: inspecting,
    to:
      "    const works = [archiveBody(request, progress, { archive: parts.archive, by: forwardBy }), " +
      "inspect(request, progress, ports)] as const; works[0].catch(() => {}); " +
      "const early = await works[1].catch(() => undefined);\n" +
      '    if (early !== undefined && "committed" in early) ' +
      "return { receipt: early.committed, replayed: true };\n" +
      "    const [archive, inspected] = await allSettled(works);\n",
  },
  {
    name: "a body's fault is answered though the body could not be archived",
    from: inspecting,
    to:
      "    const [inspected, archive] = await allSettled([inspect(request, progress, ports), " +
      "archiveBody(request, progress, { archive: parts.archive, by: forwardBy })]);\n",
  },
  {
    name: "a streamer that was read before the record under the key is not read again",
    from: "if (attempt > 0 || isOutdated(current, request))",
    to: "if (attempt > 0)",
    schedules: "twins",
  },
  {
    name: "deliveries are forgotten after 40 days",
    from: "const daySeconds = 86_400;",
    to: "const daySeconds = 8_640;",
  },
  {
    name: "the valid part of an invalid body is forwarded",
    from: "  faults.throwIfAny();\n",
    to: "",
    seed: 2,
  },
  {
    name: "a commit whose answer was lost is called superseded",
    from: "if (there?.delivery === delivery && there.at === at) return;",
    to: "",
    seed: 138,
  },
  {
    name: "an attempt that continues counts a later activation as accepted",
    from: "({ recordsBefore }, n) => recordsBefore + n < acceptedCount",
    to: "({ recordsBefore }) => recordsBefore < acceptedCount",
    schedules: "versions",
    seed: 100,
  },
  {
    name: "an attempt that continues skips a record for each activation before it",
    from: "this.acceptedRecords = acceptedCount - this.#activation;",
    to: "this.acceptedRecords = acceptedCount;",
    schedules: "versions",
    seed: 1,
  },
  {
    name: "an attempt that continues counts the next activation as accepted",
    from: "({ recordsBefore }, n) => recordsBefore + n < acceptedCount",
    to: "({ recordsBefore }, n) => recordsBefore + n <= acceptedCount",
    schedules: "versions",
  },
  {
    name: "a bookmark is ahead of the activation before it",
    from: "place?.recordsBefore === records && place.activationsBefore <= this.#activation",
    to: "place?.recordsBefore === records",
    schedules: "versions",
    seed: 12,
  },
  {
    name: "an attempt that continues finds its bookmarks by records alone",
    from: "place => place.recordsBefore + place.activationsBefore <= acceptedCount",
    to: "place => place.recordsBefore <= acceptedCount",
    schedules: "versions",
    seed: 1,
  },
  {
    name: "a version is activated though a record before it was refused",
    from: "if (this.#isStopped) return;\n      this.#begin(batch);",
    to: 'if (this.#isStopped && batch.kind !== "activate") return;\n      this.#begin(batch);',
    schedules: "versions",
    seed: 9,
  },
  {
    name: "an activation overtakes the batches before it",
    from: 'this.#hasRoom && kind !== "activate"',
    to: "this.#hasRoom && kind !== undefined",
    seed: 2,
  },
  {
    name: "records overtake the activation before them",
    from: 'if (batch.kind === "activate") await this.#until(',
    to: "if (batch.kind === undefined) await this.#until(",
    seed: 16,
  },
  {
    name: "batches are begun after a refusal",
    from: "this.#isStopped ||= refusal !== undefined;",
    to: "this.#isStopped ||= refusal === null;",
    seed: 8,
  },
  {
    name: "batches are begun after one that failed for now",
    from: "this.#isStopped ||= refusal !== undefined;",
    to: 'this.#isStopped ||= refusal?.outcome.kind === "rejected";',
    schedules: "crowded",
    seed: 11,
  },
  {
    name: "a batch is accepted though its first half was refused",
    from: "    if (first !== undefined) return first;\n",
    to: "    void first;\n",
    schedules: "halves",
    seed: 8,
  },
  {
    name: "a batch is accepted though its second half was refused",
    from: "    return this.#sendWhole({ ...batch, records: batch.records.slice(middle) });",
    to:
      "    await this.#sendWhole({ ...batch, records: batch.records.slice(middle) });\n" +
      "    return undefined;",
    schedules: "halves",
    seed: 21,
  },
  {
    name: "a batch's memory is used again after a retried acceptance",
    from: "if (outcome.attempts === 1) memories.release(out);",
    to: "memories.release(out);",
    schedules: "late",
    seed: 6,
  },
  {
    name: "reads are not consistent",
    from: "        new GetItemCommand({ TableName, Key: marshall({ pk, sk }), ConsistentRead: true }),",
    to: "        new GetItemCommand({ TableName, Key: marshall({ pk, sk }) }),",
    seed: 10,
  },
  {
    name: "a token's use is noted though it is revoked",
    from: '          ConditionExpression: "attribute_exists(pk)",\n',
    to: '          ConditionExpression: "attribute_exists(pk) OR NOT attribute_exists(pk)",\n',
    schedules: "tokens",
  },
  {
    name: "an expired token is accepted",
    from: "validUntil !== undefined && validUntil <= now",
    to: "validUntil !== undefined && validUntil <= 0",
    seed: 11,
  },
  {
    name: "the streamer is registered after its item is written",
    from:
      "        if (next.fence === 1) await createEntry(options, next, deadline);\n" +
      "        return table.putFenced(itemOf(next), next, deadline);",
    to:
      "        const isWritten = await table.putFenced(itemOf(next), next, deadline);\n        if " +
      "(next.fence === 1) await createEntry(options, next, deadline);\n        " +
      "return isWritten;",
  },
  {
    name: "the precondition is checked again for an attempt that continues",
    from: "if (!isContinued(current, earlier)) await assertPrecondition(",
    to: "if (current !== null) await assertPrecondition(",
    seed: 67,
  },
  {
    name: "a retry with another If-Match is accepted",
    from: "if (!isContinued(current, earlier)) await assertPrecondition(",
    to: "if (earlier === undefined) await assertPrecondition(",
    schedules: "contradictions",
  },
  {
    name: "a commit is recognized by its delivery alone",
    from: "if (there?.delivery === delivery && there.at === at) return;",
    to: "if (there?.delivery === delivery) return;",
    schedules: "clocks",
    seed: 77,
  },
  {
    name: "an activation has the sequence of the delivery's first record",
    from: "firstSequence + BigInt(Math.max(0, recordsBefore - 1));",
    to: "firstSequence + BigInt(Math.max(0, 0 * recordsBefore));",
    seed: 2,
  },
  {
    name: "a receipt's revision is not checked again",
    from: "  if (good?.receipt?.revision !== revision) return undefined;\n",
    to: "  if (good?.receipt === undefined) return undefined;\n",
    schedules: "handover",
    seed: 1,
  },
  {
    name: "the lease's margin has the other sign",
    from: "streamer.lease.until + leaseMarginMillisecondsMax - now",
    to: "streamer.lease.until - leaseMarginMillisecondsMax - now",
    seed: 73,
  },
  {
    name: "the streamer is not read again after a lost race",
    from: "if (attempt > 0 || isOutdated(current, request))",
    to: "if (attempt > beginAttemptsMax || isOutdated(current, request))",
    schedules: "crowded",
    seed: 3,
  },
  {
    name: "two records of a gap share a sequence",
    from: "for (let carry = n - this.#n; carry > 0; carry = (carry / ten) | 0) {",
    to: "for (let carry = n - this.#n; carry > 0; carry = carry >= 80 ? 0 : (carry / ten) | 0) {",
    seed: 8,
  },
  {
    name: "a scheduled run's segments have no precondition",
    from: "const precondition = { match: [revision] };",
    to: "const precondition = revision < 0 ? { match: [revision] } : {};",
    seed: 21,
  },
  {
    name: "a change whose answer was lost is called refused",
    from: "!(await writeStreamer(next, ports)) && !(await wasCommitted(made, streamer, ports))",
    to: "!(await writeStreamer(next, ports))",
    schedules: "changes",
    seed: 13,
  },
  {
    name: "a start ignores a live chain of runs",
    from: "if (!(await claim(deadline + nextRunMillisecondsMax)))",
    to: "if (!(await claim(deadline + nextRunMillisecondsMax)) && deadline === 0)",
    schedules: "chains",
  },
  {
    name: "settings whose answer was lost are called refused",
    from: "    if (found?.stamp !== next.stamp)\n",
    to: "",
    schedules: "settings",
  },
  {
    name: "settings that others have replaced meanwhile are called refused",
    from: "const isOverwritten = versionedOf(found).version > next.fence;",
    to: "const isOverwritten = versionedOf(found).version > next.fence + 1e9;",
    schedules: "settings",
  },
  {
    name: "settings are set whatever their version is",
    from: "  if (!matches(precondition, version)) throw changed(version);\n",
    to: "",
    schedules: "settings",
  },
  {
    name: "a segment of persist's has no precondition",
    from: '        "if-match": tag,\n',
    to: '        "if-none-match": \'"999"\',\n',
  },
  {
    name: "a segment that persist sends again has another key",
    from: "const answer = await sendOnce(endpoint, request);",
    to:
      "const answer = await sendOnce(endpoint, { ...request, headers: " +
      '{ ...request.headers, "idempotency-key": endpoint.ports.newKey() } });',
    seed: 52,
  },
  {
    name: "persist prints a bookmark before it is committed",
    from: "    const { headers, text } = await sendRequest(endpoint, {",
    to:
      '    if (hasBookmark) await keep("7");\n    const { headers, text } = await ' +
      "sendRequest(endpoint, {",
    schedules: "pipes",
    seed: 14,
  },
  {
    name: "a day is counted again after a lost answer",
    from: "await days.add(streamer, counts);",
    to: "await days.add(streamer, counts).catch(() => days.add(streamer, counts));",
  },
  {
    name: "the streamer's entry is ahead of its commit",
    from: "    revision,\n    at,\n    deliveries: totals?.deliveries ?? 0,",
    to: "    revision: revision + 1,\n    at,\n    deliveries: totals?.deliveries ?? 0,",
  },
  {
    name: "lists of streamers, of deliveries and of past commits are not consistent",
    from: "        ConsistentRead: true,\n        ...how,",
    to: "        ...how,",
    schedules: "looks",
  },
  {
    name: "reads are in flight after the answer that one of them has failed",
    from: "await allSettled(summaries)",
    to: "await Promise.all(summaries)",
    seed: 63,
  },
  {
    name: "each attempt of a delivery writes its rows under another id",
    from: "const outgoing = { contents, delivery, firstSequence,",
    to: "const outgoing = { contents, delivery: parts.newId(), firstSequence,",
    schedules: "database",
    seed: 8,
  },
  {
    name: "a transaction whose time ran out counts as committed",
    from: 'if (failure.kind === "transient") return {',
    to:
      'if (failure.kind === "transient" && failure.reason === "out-of-time") ' +
      'return { kind: "accepted", attempts };\n  if (failure.kind === "transient") return {',
    schedules: "database",
    seed: 209,
  },
  {
    name: "transactions begin when the lease is over",
    from: "const failure = await attempt(deadline - clock.now()).then(",
    to: "const failure = await attempt(deadline - clock.now() + 60_000).then(",
    schedules: "database",
    seed: 10,
  },
  {
    name: "a database writes rows of a version that was replaced",
    from: ": version < active);",
    to: ": version < 0n);",
    schedules: "database",
    seed: 2,
  },
  {
    name: "a database replaces a row by an older one",
    from: "? row.sequence > there.sequence",
    to: "? row.sequence !== there.sequence",
    schedules: "database",
    seed: 21,
  },
];
