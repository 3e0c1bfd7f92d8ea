import { expect, it } from "vitest";
import { destinationOf } from "../../functions/import-api/destination.ts";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import type { ImportApi } from "../../functions/import-api/request.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import { leaseMarginMillisecondsMax, segmentMillisecondsMax } from "../../functions/persister/limits.ts";
import { type Parts, persist } from "../../functions/persister/persist.ts";
import { run } from "../../functions/program/run.ts";
import type { Streaming } from "../../functions/program/streaming.ts";

/** A run whose streamer is held by a killed or a live run, on a clock of its own. */
const rules = importApiRules();
const minute = 60_000;
const bodyOf = (ids: readonly number[]) =>
  Buffer.from(
    `stitchstream/0.1\nContent-Type: jsonline\n--\n${ids
      .map(
        id =>
          `{"type":"RECORD","stream":"t","key_fields":["id"],"record":{"id":${id}}}\n{"type":"STATE",` +
          `"value":${id}}\n`,
      )
      .join("")}`,
  );

/** Prints records 1 to 4, from its bookmark on, in one segment. */
const streaming: Streaming = async function* (bookmark) {
  yield bodyOf([1, 2, 3, 4].filter(id => id > Number(bookmark ?? 0)));
};

function world() {
  let now = 1_700_000_000_000;
  let ids = 0;
  const store = memoryStore();
  /** By id, the sequence of its row. */
  const rows = new Map<number, bigint>();
  const slept: number[] = [];
  const during: { sleep(): Promise<unknown>; send(): Promise<unknown> } = {
    sleep: async () => {},
    send: async () => {},
  };
  const api: ImportApi = {
    send: async ({ body }) => {
      const text = Buffer.from(body).toString();
      for (const [, sequence, id] of text.matchAll(/"sequence":(\d+).*?"id":(\d+)/g))
        if (BigInt(sequence!) > (rows.get(Number(id)) ?? 0n)) rows.set(Number(id), BigInt(sequence!));
      await during.send();
      return { kind: "accepted", attempts: 1 };
    },
  };
  const parts: Parts = {
    ...store,
    archive: memoryArchive(),
    clock: {
      now: () => now,
      async sleep(milliseconds) {
        slept.push(milliseconds);
        await during.sleep();
        now += milliseconds;
      },
    },
    newId: () => `id-${ids++}`,
    observer: { onDelivery: () => {} },
    destinations: {
      of: async () => destinationOf({ clientId: 4242, rules, encoder: batchEncoder(4242), api }),
    },
  };
  return {
    parts,
    rows,
    slept,
    during,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    run: (milliseconds = 14 * minute, streamer: Streaming = streaming) =>
      run({ streamer: "s", streaming: streamer, deadline: now + milliseconds }, parts),
    commit: async () => (await store.streamers.read("s", 0))?.commit,
    deliver: (body: Uint8Array) =>
      persist({ streamer: "s", body, gzipped: false, precondition: {}, deadline: now + 29_000 }, parts),
    bookmark: async () => {
      const { bookmark } = (await store.streamers.read("s", 0))?.commit ?? {};
      return bookmark && Buffer.from((await store.bookmarks.load(bookmark, 0)).value).toString();
    },
  };
}

/** A run that dies after its records have landed. */
async function killedRun(made: ReturnType<typeof world>) {
  await made.deliver(bodyOf([1]));
  const landed = new Promise<void>(resolve => {
    made.during.send = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  void made.run();
  await landed;
  made.during.send = async () => {};
  made.slept.length = 0;
}

it("a killed run holds its streamer until its lease expires: the next one waits and resumes", async () => {
  const made = world();
  await killedRun(made);
  expect(await made.bookmark()).toBe("1");
  const before = new Map(made.rows);
  made.pass(minute);
  expect(await made.run()).toMatchObject({ outcome: "whole", segments: 1, records: 3 });
  expect(made.slept[0]).toBe(segmentMillisecondsMax + leaseMarginMillisecondsMax - minute);
  expect(await made.bookmark()).toBe("4");
  expect([...made.rows.keys()]).toEqual([1, 2, 3, 4]);
  for (const id of [2, 3, 4]) expect(made.rows.get(id)! > before.get(id)!).toBe(true);
});

it("the lease of a segment names its number", async () => {
  const made = world();
  const numbers: (number | undefined)[] = [];
  made.during.send = async () => {
    numbers.push((await made.parts.streamers.read("s", 0))?.lease?.segment);
  };
  await made.run();
  expect(numbers).toEqual([1]);
});

it("a slow run that wakes up after the next one commits nothing", async () => {
  const made = world();
  let wake = () => {};
  const slow = new Promise<void>(resolve => {
    made.during.send = () => {
      resolve();
      return new Promise<void>(woken => {
        wake = woken;
      });
    };
  });
  const first = made.run();
  await slow;
  made.during.send = async () => {};
  expect(await made.run()).toMatchObject({ outcome: "whole", records: 4 });
  wake();
  expect(await first).toMatchObject({ outcome: "superseded" });
  expect(await made.bookmark()).toBe("4");
});

it("exits without committing if a live run writes to the streamer while it waits", async () => {
  const made = world();
  await killedRun(made);
  made.during.sleep = async () => {
    made.during.sleep = async () => {};
    made.pass(segmentMillisecondsMax + leaseMarginMillisecondsMax);
    await made.deliver(bodyOf([9]));
  };
  expect(await made.run()).toMatchObject({ outcome: "superseded", segments: 0 });
  expect(await made.bookmark()).toBe("9");
});

it("exits without committing at once if the lease would outlast it", async () => {
  const made = world();
  await killedRun(made);
  expect(await made.run(2 * minute)).toMatchObject({ outcome: "superseded" });
  expect(made.slept).toEqual([]);
});

it("a run of a tap that prints only an empty state keeps the bookmark and its age", async () => {
  const made = world();
  await made.deliver(bodyOf([1]));
  const { bookmarkAt } = (await made.commit())!;
  made.pass(minute);
  const forgetful: Streaming = async function* () {
    yield Buffer.from('{"type":"RECORD","stream":"t","key_fields":["id"],"record":{"id":2}}\n');
    yield Buffer.from('{"type":"STATE","value":{}}\n');
  };
  expect(await made.run(undefined, forgetful)).toMatchObject({ outcome: "whole", records: 1 });
  expect(await made.bookmark()).toBe("1");
  expect(await made.commit()).toMatchObject({ revision: 2, bookmarkAt });
});
