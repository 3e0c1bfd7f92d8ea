import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bookmark, getBookmark, jsonline, post, record, rows, transit, useStack } from "./local-stack.ts";

const stack = useStack();
const shared = new URL("../../../shared/data/", import.meta.url);

interface Receipt {
  readonly delivery: string;
  readonly archive: string;
  readonly [member: string]: unknown;
}

async function delivered(
  streamer: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Receipt> {
  const response = await post(stack(), streamer, body, headers);
  const receipt = (await response.json()) as Receipt;
  expect({ status: response.status, ...receipt }).toMatchObject({ status: 200, streamer });
  expect(response.headers.get("etag")).toBe(`"${String(receipt.revision)}"`);
  return receipt;
}

const archived = (receipt: Receipt) =>
  readFile(join(stack().archiveDir!, receipt.archive.replace("s3://", "")));

describe("a delivery", () => {
  it("of transit with keys gets a receipt, typed rows, the bookmark and the archived bytes", async () => {
    const body = await readFile(new URL("../streams/inboxes.stitchstream", import.meta.url));
    const receipt = await delivered("drift", body);
    expect(receipt).toMatchObject({
      revision: 1,
      records: 2,
      ignored: 0,
      batches: 1,
      bytes: body.length,
      milliseconds: Object.fromEntries(
        ["archive", "validate", "begin", "forward"].map(step => [step, expect.any(Number)]),
      ),
      streams: { inboxes: 2 },
      bookmark: ["^ ", "inboxes", "~m1468435557000"],
      bookmarkType: "application/transit+json",
    });
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    expect(receipt.archive).toMatch(
      new RegExp(`^s3://[^/]+/raw/drift/${day}/${receipt.delivery}.stitchstream$`),
    );
    expect((await archived(receipt)).equals(body)).toBe(true);
    const landed = await rows(
      stack(),
      "select name, typeof(createdAt), totalConversationCount, _sdc_sequence from inboxes order by id",
    );
    expect(landed.rows.map(row => row.slice(0, 3))).toEqual([
      ["Stitch Support", "TIMESTAMP WITH TIME ZONE", "616"],
      ["Persister ✓", "TIMESTAMP WITH TIME ZONE", "9007199254740993"],
    ]);
    const [first, second] = landed.rows.map(row => BigInt(row[3]!)) as [bigint, bigint];
    expect(String(first)).toHaveLength(19);
    expect(second - first).toBe(1n);
  });

  it("of JSON lines without keys is appended, with every digit", async () => {
    const lines = [
      '{"type": "RECORD", "stream": "digits", "record": {"big": 9007199254740993, "exact": ' +
        '0.12345678901234567890, "at": "2016-07-13"}}',
    ];
    await delivered("digits", jsonline(...lines));
    await delivered("digits", jsonline(...lines));
    const landed = await rows(stack(), 'select big, exact, "at" from digits');
    expect(landed.rows).toEqual(Array(2).fill(["9007199254740993", "0.12345678901234567890", "2016-07-13"]));
  });

  it("of transit without keys is appended as typed JSON", async () => {
    const line =
      '["^ ","type","RECORD","stream","events","record",["^ ","at","~m1468435557000","amount",' +
      '"~f12.3400","tags",["~#set",["~:a"]],"type",["^ ","^0","x"]]]';
    await delivered("events", transit(line));
    const landed = await rows(stack(), 'select typeof("at"), amount, tags, type from events');
    expect(landed.rows).toEqual([["TIMESTAMP WITH TIME ZONE", "12.34", '["a"]', '{"type":"x"}']]);
  });

  it("upserts by key: the later record wins, within a body and between bodies", async () => {
    const version = (name: string) => record("upserted", { id: 1, name }, ["id"]);
    await delivered("upserts", jsonline(version("first"), version("second")));
    expect((await rows(stack(), "select name from upserted")).rows).toEqual([["second"]]);
    await delivered("upserts", jsonline(version("third")));
    expect((await rows(stack(), "select name from upserted")).rows).toEqual([["third"]]);
  });

  it("of several streams gets each one's number of records, and the number of ignored messages", async () => {
    const lines = [
      record("a1", { id: 1 }, ["id"]),
      { type: "HEARTBEAT" },
      record("b1", {}),
      record("a1", { id: 2 }, ["id"]),
    ];
    const receipt = await delivered("several", jsonline(...lines));
    expect(receipt).toMatchObject({ records: 3, ignored: 1, batches: 2, streams: { a1: 2, b1: 1 } });
    expect(receipt).not.toHaveProperty("bookmark");
  });

  it.each([
    [
      "types in any case, spaces and blank lines",
      'StitchStream/0.1 \r\n\r\ncontent-type : JsonLine\r\nX-Other: y\r\n -- \r\n\r\n{ "type" : ' +
        '"record" , "stream" : "loose", "record" : {"a" : 1} }\r\n  \r\n{"type":"State","value":1}',
    ],
    ["a byte-order mark", `\ufeff${jsonline(bookmark(1))}`],
    [
      "a byte-order mark before a record without keys",
      '\ufeff{"type":"RECORD","stream":"loose","record":{"a":1}}\n{"type":"STATE","value":1}',
    ],
    ["no last newline", jsonline(bookmark(1)).trimEnd()],
  ])("accepts %s", async (_name, body) => {
    expect(await delivered("loose", body)).toMatchObject({ bookmark: 1 });
  });

  it.each(["application/octet-stream", "application/x-www-form-urlencoded"])(
    "accepts gzip as %s, and archives it as received",
    async contentType => {
      const body = gzipSync(jsonline(record("zipped", { id: 1 }, ["id"]), bookmark("z")));
      const receipt = await delivered("zipped", body, {
        "content-encoding": "gzip",
        "content-type": contentType,
      });
      expect(receipt).toMatchObject({ records: 1, bookmark: "z" });
      expect(receipt.archive).toMatch(/\.stitchstream\.gz$/);
      expect((await archived(receipt)).equals(body)).toBe(true);
    },
  );

  it("may use names that are special in JavaScript", async () => {
    const line =
      '{"type":"RECORD","stream":"__proto__","key_fields":["constructor"],"record":{"constructor":1,' +
      '"__proto__":{"a":1}}}';
    expect(await delivered("names", jsonline(line))).toMatchObject({ records: 1 });
    expect((await rows(stack(), 'select constructor, "__proto__" from "__proto__"')).rows).toEqual([
      ["1", '{"a":1}'],
    ]);
  });

  it("gets the committed bookmark's line for `Accept: text/plain`", async () => {
    const response = await post(
      stack(),
      "plain",
      transit('["^ ","type","BOOKMARK","value",["^ ","a","~m5"]]'),
      { accept: "text/plain" },
    );
    expect(await response.text()).toBe('["^ ","a","~m5"]\n');
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  });
});

describe("a bookmark", () => {
  it("is 404 before the first one, and is kept when a delivery contains none", async () => {
    const before = await getBookmark(stack(), "bookmarks");
    expect(before.status).toBe(404);
    expect(await before.json()).toMatchObject({ code: "no-bookmark" });
    await delivered("bookmarks", jsonline(bookmark("first"), bookmark({ last: [1, 2.5] })));
    const receipt = await delivered("bookmarks", jsonline());
    expect(receipt).toMatchObject({ revision: 2, records: 0, bookmark: { last: [1, 2.5] } });
    expect(await (await getBookmark(stack(), "bookmarks")).text()).toBe('{"last":[1,2.5]}');
  });

  it("is exactly what the streamer wrote, and answers 304 while it is unchanged", async () => {
    await delivered(
      "verbatim",
      jsonline('{"type":"STATE","value":{"id": 12345678901234567890, "at": 1.10}}'),
    );
    const response = await getBookmark(stack(), "verbatim");
    expect(await response.text()).toBe('{"id": 12345678901234567890, "at": 1.10}');
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(Date.parse(response.headers.get("last-modified")!)).toBeLessThanOrEqual(Date.now());
    const etag = response.headers.get("etag")!;
    expect(etag).toBe('"1"');
    const unchanged = await getBookmark(stack(), "verbatim", { "if-none-match": `"0", W/${etag}` });
    expect([unchanged.status, await unchanged.text(), unchanged.headers.get("etag")]).toEqual([
      304,
      "",
      etag,
    ]);
    expect((await getBookmark(stack(), "verbatim", { "if-none-match": '"0"' })).status).toBe(200);
  });

  it("contains no cache codes, though its line did", async () => {
    await delivered("cached", transit('["^ ","type","BOOKMARK","value",["^ ","^1",1,"^0","~^hat"]]'));
    expect(await (await getBookmark(stack(), "cached")).text()).toBe('["^ ","value",1,"type","~^hat"]');
  });

  it.each([
    [
      "transit to JSON",
      transit('["^ ","type","BOOKMARK","value",["^ ","at","~m1468435557000","id","~n12345678901234567890"]]'),
      "application/json",
      '{"at":"2016-07-13T18:45:57.000Z","id":12345678901234567890}',
    ],
    [
      "JSON to transit",
      jsonline('{"type":"BOOKMARK","value":{"~a":12345678901234567890}}'),
      "application/transit+json",
      '["^ ","~~a","~n12345678901234567890"]',
    ],
    ["a scalar", jsonline(bookmark(7)), "application/transit+json", '["~#\'",7]'],
  ])("is converted according to `Accept`: %s", async (_name, body, accept, expected) => {
    await delivered("converted", body);
    const response = await getBookmark(stack(), "converted", { accept });
    expect([await response.text(), response.headers.get("content-type")]).toEqual([expected, accept]);
  });

  it("without a JSON form, or requested as another type, is 406", async () => {
    await delivered("cut", '{"type":"STATE","value":{"\\ud83d":"\\ude00"}}');
    expect(await (await getBookmark(stack(), "cut")).text()).toBe('{"\\ud83d":"\\ude00"}');
    const asTransit = await getBookmark(stack(), "cut", { accept: "application/transit+json" });
    expect([asTransit.status, await asTransit.json()]).toMatchObject([
      406,
      { code: "not-acceptable", detail: expect.stringContaining("surrogate") },
    ]);
    await delivered("unjson", transit('["^ ","type","BOOKMARK","value",["~#cmap",[[1],"~zNaN"]]]'));
    expect(await (await getBookmark(stack(), "unjson")).text()).toBe('["~#cmap",[[1],"~zNaN"]]');
    for (const accept of ["application/json", "image/png"]) {
      const response = await getBookmark(stack(), "unjson", { accept });
      expect([response.status, await response.json()]).toMatchObject([406, { code: "not-acceptable" }]);
    }
  });

  it("may have a megabyte, though an item is limited to 400 KB", async () => {
    const value = { text: "✓".repeat(349_000) };
    await delivered("large", jsonline(record("large", { id: 1 }, ["id"]), bookmark(value)));
    expect(await (await getBookmark(stack(), "large")).json()).toEqual(value);
  });
});

describe("a body of some 4 MB", () => {
  // Half of it is quotes, which JSON escapes: as a text type it makes an event above Lambda's 6 MB.
  const dense = jsonline(record("dense", { id: 1, text: '"'.repeat(1_000_000) }, ["id"]), bookmark(1));
  const text = Buffer.concat([Buffer.from(dense), Buffer.alloc(4_300_000 - dense.length, "\n")]);

  const asEvent = new RegExp(
    "^As an event this body has \\d,\\d{3},\\d{3} bytes, and Lambda accepts 6,291,456\\. " +
      "Send it as application/octet-stream\\.$",
  );

  it("is accepted as application/octet-stream", async () =>
    expect((await post(stack(), "dense", text)).status).toBe(200));

  it("of a text type is refused with its size as an event", async () => {
    const response = await post(stack(), "dense", text, { "content-type": "application/json" });
    expect(await response.json()).toMatchObject({
      status: 413,
      code: "body-too-large",
      detail: expect.stringMatching(asEvent),
      limit: 6_291_456,
      actual: expect.any(Number),
    });
  });

  it("and more is too large with any type", async () => {
    const larger = Buffer.concat([text, Buffer.alloc(300_000, '"')]);
    for (const type of ["application/json", "application/octet-stream"]) {
      const response = await post(stack(), "dense", larger, { "content-type": type });
      expect(await response.json()).toMatchObject({ code: "body-too-large", limit: 4_500_000 });
    }
  });
});

describe("health", () => {
  it("is 200 without a token", async () => {
    const response = await fetch(`${stack().url}/v1/health`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });
});

describe.skipIf(!existsSync(shared) && process.env.REQUIRE_SHARED_DATA !== "1")(
  "streams written by others",
  () => {
    it("the sample of the first streamer", async () => {
      const receipt = await delivered("seed", await readFile(new URL("seed.stitchstream", shared)));
      expect(receipt).toMatchObject({ records: 1, bookmark: ["^ ", "inboxes", "~m1468435557000"] });
    });

    it("the output of the original Python streamer", async () => {
      const receipt = await delivered(
        "python",
        await readFile(new URL("original-python-streamer.stitchstream", shared)),
      );
      expect(receipt).toMatchObject({
        records: 17,
        streams: { inboxes: 12, users: 5 },
        bookmark: ["^ ", "inboxes", 112, "users", 4],
      });
      const landed = await rows(
        stack(),
        "select big, huge, name from inboxes where id between 101 and 112 order by id",
      );
      expect(landed.rows).toHaveLength(12);
      expect(landed.rows[0]).toEqual(["9007199254741094", "12345678901234567890224", "^hat"]);
    });
  },
);
