import { expect, it } from "vitest";
import { destinationOf } from "../../functions/import-api/destination.ts";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import type { ImportApi } from "../../functions/import-api/request.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import type { Outcome } from "../../functions/persister/destination.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { type Parts, persist } from "../../functions/persister/persist.ts";
import type { Streamer } from "../../functions/persister/store.ts";

/** Attempts of one delivery, and the expiry of its key, on a clock of their own. */
const hour = 3_600_000;
const rules = importApiRules();
const header = "stitchstream/0.1\nContent-Type: jsonline\n--\n";
const body = (last: number) =>
  Buffer.from(
    `${header}{"type":"RECORD","stream":"a","record":{}}
{"type":"BOOKMARK","value":1}
{"type":"RECORD","stream":"b","record":{}}
{"type":"BOOKMARK","value":${last}}`,
  );

function world() {
  let now = 1_700_000_000_000;
  let ids = 0;
  const store = memoryStore();
  /** The answer for a table; by default it is accepted. */
  const answers = new Map<string, Outcome>();
  let failing: (next: Streamer) => boolean = () => false;
  const api: ImportApi = {
    send: async ({ body: sent }) => {
      const table = (JSON.parse(Buffer.from(sent).toString()) as { table_name: string }).table_name;
      return answers.get(table) ?? { kind: "accepted", attempts: 1 };
    },
  };
  const parts: Parts = {
    ...store,
    streamers: {
      ...store.streamers,
      write: (next, deadline) =>
        failing(next)
          ? Promise.reject(new PersisterError("store-unavailable", "lost"))
          : store.streamers.write(next, deadline),
    },
    archive: memoryArchive(),
    clock: { now: () => now, sleep: async () => {} },
    newId: () => `id-${ids++}`,
    observer: { onDelivery: () => {} },
    destinations: {
      of: async () => destinationOf({ clientId: 4242, rules, encoder: batchEncoder(4242), api }),
    },
  };
  const send = async (last = 2) => {
    const intake = {
      streamer: "s",
      body: body(last),
      gzipped: false,
      precondition: {},
      idempotencyKey: "k",
      deadline: now + 29_000,
    };
    try {
      const { receipt, replayed } = await persist(intake, parts);
      const value = Buffer.from(receipt.state.bookmark!.value).toString();
      return { replayed, bookmark: value, revision: receipt.state.revision };
    } catch (error) {
      return (error as PersisterError).code;
    }
  };
  return {
    send,
    answers,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    failWhere: (fails: typeof failing) => {
      failing = fails;
    },
  };
}

const rejected: Outcome = { kind: "rejected", status: 400, message: "no", attempts: 1 };

it("a receipt does not become valid through a later attempt's partial commit", async () => {
  const { send, answers, pass, failWhere } = world();
  // Everything is accepted, the receipt is stored, and the commit is never written.
  failWhere(({ commit }) => commit !== undefined);
  expect(await send()).toBe("store-unavailable");
  failWhere(() => false);
  answers.set("b", rejected);
  pass(60_000);
  expect(await send()).toBe("rejected");
  answers.clear();
  expect(await send()).toEqual({ replayed: false, bookmark: "2", revision: 2 });
  expect(await send()).toEqual({ replayed: true, bookmark: "2", revision: 2 });
});

it("a step that fails before the commit releases the lease at once", async () => {
  const { send, failWhere } = world();
  failWhere(({ commit }) => commit !== undefined);
  expect(await send()).toBe("store-unavailable");
  failWhere(() => false);
  expect(await send()).toEqual({ replayed: false, bookmark: "2", revision: 1 });
});

it("a refusal is answered even if the store can't say what is committed", async () => {
  const { send, answers, failWhere } = world();
  answers.set("b", rejected);
  failWhere(({ commit }) => commit !== undefined);
  expect(await send()).toBe("rejected");
});

it("a key refuses another body for a day; its own body is replayed until the key expires", async () => {
  const { send, pass } = world();
  expect(await send(2)).toMatchObject({ replayed: false });
  pass(24 * hour - 1);
  expect(await send(3)).toBe("key-reused");
  expect(await send(2)).toMatchObject({ replayed: true });
  pass(1);
  expect(await send(2)).toMatchObject({ replayed: true });
  expect(await send(3)).toEqual({ replayed: false, bookmark: "3", revision: 2 });
  expect(await send(2)).toBe("key-reused");
});
