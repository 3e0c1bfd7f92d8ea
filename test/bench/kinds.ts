import transit from "transit-js";
import { type Body, bodyOf, headerOf, messageOf, pythonOf, transitOf } from "./lines.ts";
import { vary } from "./lines-that-vary.ts";

/** Kinds of records as applications have them, each with members that come and go. */
type Make = (n: number) => Record<string, unknown>;

const at = (n: number) => new Date(1_700_000_000_000 + 61_000 * n).toISOString();
const some = <T>(n: number, use: number, max: number, of: (i: number) => T): T[] =>
  Array.from({ length: vary(n, use, max + 1) }, (_, i) => of(i));
/** The members, of which some are absent. */
const without = (n: number, members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter((_, use) => vary(n, 50 + use, 3) > 0));

const kinds: Readonly<Record<string, Make>> = {
  "orders with variants": n => ({
    id: n,
    total: (n % 9_000) / 100,
    variants: some(n, 1, 5, i => ({ sku: `SKU-${n}-${i}`, size: i % 2 === 0 ? "M" : null, stock: i })),
    discount: vary(n, 2, 2) === 0 ? null : { code: `D${n % 50}`, percent: 10 },
  }),
  "contacts with custom fields": n => ({
    id: n,
    email: `person-${n}@example.com`,
    custom: without(n, Object.fromEntries(some(n, 1, 12, i => [`field_${i}`, i % 3 === 0 ? i : `v${i}`]))),
  }),
  "logs with optional context": n => ({
    id: n,
    at: at(n),
    level: ["info", "warn", "error"][n % 3],
    message: `Request ${n} took ${vary(n, 1, 900)} ms`,
    ...without(n, { user: `u${n % 97}`, path: `/items/${n}`, error: null, trace: { id: `t${n}`, span: n } }),
  }),
  "sensor arrays": n => ({ id: n, at: at(n), values: some(n, 1, 40, i => (n * (i + 1)) / 7) }),
  "hits with many nulls": n => ({
    id: n,
    ...Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`dim${i}`, vary(n, i, 5) > 0 ? null : `v${i}`]),
    ),
  }),
  "texts beyond ASCII": n => ({
    id: n,
    name: ["Zoë Müller", "José García", "Łukasz Żak", "山田太郎", "Ελένη Παππά"][n % 5],
    city: n % 3 === 0 ? null : ["Zürich", "São Paulo", "Κρήτη", "東京"][n % 4],
    note: `${["Größe", "très bien", "注文番号", "заказ"][vary(n, 1, 4)]} ${n}, ${vary(n, 2, 900)} €`,
    tags: some(n, 3, 3, i => ["naïve", "日本語", "😀", "plain"][(n + i) % 4]),
  }),
  "nested documents": n => ({
    id: n,
    body: {
      blocks: some(n, 1, 4, i => ({
        type: i % 2 === 0 ? "text" : "list",
        items: some(n, i + 2, 3, k => `${k}`),
      })),
      author: vary(n, 9, 3) === 0 ? null : { name: `A ${n}`, roles: some(n, 8, 3, k => `role-${k}`) },
    },
  }),
};

/** A set and a list in each record. */
const collections: Make = n => ({
  id: n,
  tags: transit.set(some(n, 1, 5, i => `tag-${i}`)),
  path: transit.list(some(n, 2, 5, i => i)),
});

/** Bodies of each kind, as JavaScript, Python and transit-js print them. */
export function kindBodies(bytes: number): readonly (readonly [name: string, Body])[] {
  const writer = transit.writer("json");
  const transits = (make: Make) =>
    bodyOf(headerOf("transit"), bytes, n => writer.write(transitOf(messageOf(n, make))));
  const all = Object.entries(kinds).flatMap(([name, make]) => [
    [
      `${name}, JavaScript`,
      bodyOf(headerOf("jsonline"), bytes, n => JSON.stringify(messageOf(n, make))),
    ] as const,
    [`${name}, Python`, bodyOf(headerOf("jsonline"), bytes, n => pythonOf(messageOf(n, make)))] as const,
    [`${name}, transit`, transits(make)] as const,
  ]);
  return [...all, ["sets and lists, transit", transits(collections)] as const];
}

/** The same kinds as JavaScript prints them, without keys. */
export const keylessBodies = (bytes: number): readonly (readonly [name: string, Body])[] =>
  Object.entries(kinds).map(([name, make]) => [
    name,
    bodyOf(headerOf("jsonline"), bytes, n => {
      const { key_fields: _, ...message } = messageOf(n, make);
      return JSON.stringify(message);
    }),
  ]);

const sampled = 500;
/** Declares each value's kind, or null, as a tap that discovers its schema does. */
function schemaOf(values: readonly unknown[]): object {
  const lists = values.filter(Array.isArray);
  if (lists.length > 0) return { type: ["null", "array"], items: schemaOf(lists.flat()) };
  const maps = values.filter((each): each is object => typeof each === "object" && each !== null);
  if (maps.length > 0) {
    const names = [...new Set(maps.flatMap(each => Object.keys(each)))];
    const of = (name: string) =>
      maps.map(each => (each as Record<string, unknown>)[name]).filter(x => x !== undefined);
    const properties = Object.fromEntries(names.map(name => [name, schemaOf(of(name))]));
    return { type: ["null", "object"], properties };
  }
  const some = values.filter(each => each !== null);
  const isTime = some.length > 0 && some.every(each => /^\d{4}-\d\d-\d\dT/.test(String(each)));
  if (isTime) return { type: ["null", "string"], format: "date-time" };
  const types = new Set(some.map(each => typeof each));
  return { type: ["null", ...(types.size === 0 ? ["string"] : types)] };
}

/** The same kinds as Singer streams with a schema, as JavaScript and Python print them. */
export function typedKindBodies(bytes: number) {
  return Object.entries(kinds).flatMap(([name, make]) => {
    const schema = schemaOf(Array.from({ length: sampled }, (_, n) => make(n)));
    const declared = { type: "SCHEMA", stream: "s", schema, key_properties: ["id"] };
    const lines = (print: (value: unknown) => string) =>
      bodyOf("", bytes, n => print(n === 0 ? declared : { type: "RECORD", stream: "s", record: make(n) }));
    return [
      { name: `${name}, JavaScript`, schema, body: lines(JSON.stringify) },
      { name: `${name}, Python`, schema, body: lines(pythonOf) },
    ];
  });
}
