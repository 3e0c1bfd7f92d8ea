import { fine, type Input, jsonlineHead, record, request, transitHead } from "./asking.ts";

const nested = (depth: number) => `${'{"n":'.repeat(depth)}1${"}".repeat(depth)}`;
const many = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join("");

const bad = (name: string, body: string | Uint8Array, status: number, code: string): Input => ({
  name,
  ask: request({ body }),
  statuses: [status],
  code,
});
/** Each line contains a key of 5 kB once, and then repeats it by its cache code. */
const cacheCodes = (lines: number, codes: number) =>
  `${transitHead}${many(lines, () => {
    const key = "k".repeat(5_000);
    const again = Array.from({ length: codes }, () => '["^ ","^4",1]').join(",");
    return `["^ ","type","RECORD","stream","s","record",["^ ","list",[["^ ","${key}",1],${again}]]]\n`;
  })}`;
const stream = (name: string, label = name) =>
  ({
    name: `a stream ${label}`,
    ask: request({ body: `${jsonlineHead}${record(name, { id: 1 })}` }),
  }) as const;

/** The stitchstream's header, its names, and the contents of its lines. */
export const contentInputs: readonly Input[] = [
  bad(
    "a header of two Content-Types",
    fine.replace("\n--", "\nContent-Type: transit\n--"),
    400,
    "not-a-stitchstream",
  ),
  bad("a folded line in the header", fine.replace("\n--", "\n folded\n--"), 400, "not-a-stitchstream"),
  bad(
    "a header of 10,000 lines",
    fine.replace("\n--", `${"\nX: y".repeat(10_000)}\n--`),
    400,
    "not-a-stitchstream",
  ),
  bad("a body without --", fine.replace("--\n", ""), 400, "not-a-stitchstream"),
  bad("a body of --", "--", 400, "not-a-stitchstream"),
  bad("an empty body", "", 400, "not-a-stitchstream"),
  bad("bytes of 0xff", Buffer.alloc(1_000_000, 0xff), 400, "not-a-stitchstream"),
  bad("a megabyte of invalid lines", `${jsonlineHead}${"x\n".repeat(500_000)}`, 400, "malformed"),
  bad("a megabyte of [", `${jsonlineHead}${"[".repeat(1_000_000)}`, 400, "malformed"),
  bad(
    "a record 1,000 deep",
    `${jsonlineHead}${record("s", { id: 1 }).replace("1}", `1,"n":${nested(1_000)}}`)}`,
    400,
    "malformed",
  ),
  bad("bytes that are not UTF-8", Buffer.from(`${fine}{"type":"\xff"}`, "latin1"), 400, "malformed"),
  bad(
    "duplicate keys",
    `${jsonlineHead}{"type":"RECORD","stream":"s","record":{"a":1,"a":2}}`,
    400,
    "malformed",
  ),
  {
    name: "a lone surrogate",
    ask: request({ body: `${jsonlineHead}{"type":"RECORD","stream":"s","record":{"a":"\\ud800"}}` }),
    statuses: [200],
  },
  bad(
    "a lone surrogate in transit",
    `${transitHead}["^ ","type","RECORD","stream","s","record",["^ ","a","\\ud800"]]`,
    422,
    "invalid-records",
  ),
  bad("cache codes for 200 MB of keys, in a line", cacheCodes(1, 40_000), 422, "invalid-records"),
  bad("cache codes for 20 MB of keys, on 30 lines", cacheCodes(30, 3_900), 422, "invalid-records"),
  bad("an undefined cache code", `${transitHead}["^ ","^0","RECORD"]\n`, 400, "malformed"),
  bad("a map of odd length", `${transitHead}["^ ","type"]\n`, 400, "malformed"),
  {
    name: "1,000 streams",
    ask: request({ body: `${jsonlineHead}${many(1_000, n => record(`many_${n}`, { id: 1 }))}` }),
    statuses: [200],
  },
  bad(
    "1,001 streams",
    `${jsonlineHead}${many(1_001, n => record(`many_${n}`, { id: 1 }))}`,
    400,
    "malformed",
  ),
  { ...stream("../../etc/passwd"), statuses: [200, 422] },
  { ...stream("x".repeat(10_000), "of 10 kB"), statuses: [400, 422] },
  { ...stream("a\u0000b", "with NUL"), statuses: [400, 422] },
  { ...stream("a\nb\u001b[31m", "with control characters"), statuses: [200, 400, 422] },
  { ...stream("😀"), statuses: [200] },
  { ...stream("_sdc_rejected"), statuses: [422] },
  {
    name: "a field _sdc_sequence",
    ask: request({ body: `${jsonlineHead}${record("s", { id: 1, _sdc_sequence: 1 })}` }),
    statuses: [422],
  },
  {
    name: "__proto__ for a field",
    ask: request({
      body: `${jsonlineHead}${record("proto", JSON.parse('{"id":1,"__proto__":{"a":1}}') as object)}`,
    }),
    statuses: [200],
  },
];

const streamer = (name: string, label = name) =>
  ({
    name: `a streamer ${label}`,
    ask: request({ path: `/v1/streamers/${name}`, body: fine }),
    statuses: [400],
    code: "bad-streamer-name",
  }) as const;

const delivery = (id: string, label = id) =>
  ({
    name: `a delivery ${label}`,
    ask: request({ method: "GET", path: `/v1/streamers/hostile/deliveries/${id}` }),
    statuses: [404],
    code: "no-delivery",
  }) as const;
const query = (asked: string, label = asked) =>
  ({
    name: `a query ?${label}`,
    ask: request({ method: "GET", path: `/v1/streamers/hostile/${asked}` }),
    statuses: [400],
    code: "bad-query",
  }) as const;

/** The streamer's name in the URL. */
export const nameInputs: readonly Input[] = [
  streamer("..%2f..%2fetc"),
  streamer("%2e%2e%2f"),
  streamer("x".repeat(65), "of 65 characters"),
  streamer("x".repeat(10_000), "of 10 kB"),
  streamer("a%00b"),
  streamer("a%0d%0aSet-Cookie:x"),
  streamer("%F0%9F%98%80"),
  streamer("%ff"),
  streamer("%"),
  streamer("Upper"),
  streamer("_sdc_x"),
  streamer("__proto__"),
  delivery("x".repeat(10_000), "of 10 kB"),
  delivery("..%2f..%2fstate"),
  delivery("%00"),
  query("deliveries?limit=1e9"),
  query("deliveries?limit=-1&before=~"),
  query(`deliveries?before=${"x".repeat(5_000)}`, "before of 5 kB"),
  query("bookmark/history?before=0x10&before=%F0%9F%98%80"),
];
