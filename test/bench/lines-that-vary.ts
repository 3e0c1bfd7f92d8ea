import { type Body, bodyOf, headerOf, messageOf, pythonOf, records } from "./lines.ts";

/**
 * Records whose shapes vary as those of real streams do: the same for the same number, and without a clock.
 */
type Make = (n: number) => Record<string, unknown>;

/** A number below `below` that looks random, for a record and a use of it. */
export function vary(n: number, use: number, below: number): number {
  let hash = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(use + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % below;
}

const elements = <T>(n: number, use: number, max: number, of: (i: number) => T): T[] =>
  Array.from({ length: vary(n, use, max + 1) }, (_, i) => of(i));
const person = (id: number) => ({
  login: `person-${id}`,
  id,
  url: `https://api.example.com/users/person-${id}`,
  type: "User",
  site_admin: false,
});

/** Wide records with lists of 0 to 8 elements, and a map that is sometimes null. */
export const withLists: Make = n => ({
  ...records.B(n),
  assignees: elements(n, 1, 8, i => person(n + i)),
  labels: elements(n, 2, 8, i => ({ id: 10 * n + i, name: "bug", color: "ededed", default: false })),
  milestone: vary(n, 3, 2) === 0 ? null : { id: n, title: "v1", open_issues: vary(n, 4, 30) },
});

/** Each member but the key is absent from a third of the records. */
export const withGaps: Make = n =>
  Object.fromEntries(
    Object.entries({
      id: n,
      email: `person-${n}@example.com`,
      visits: vary(n, 1, 900),
      active: vary(n, 2, 2) === 0,
      phone: null,
      score: n / 7,
      created_at: "2026-01-01T00:00:00Z",
      note: `Called on day ${vary(n, 3, 365)}, and asked for another call.`,
      owner: vary(n, 4, 40),
      stage: "lead",
      source: "web",
    }).filter(([name], use) => name === "id" || vary(n, 10 + use, 3) > 0),
  );

/** The same members in four orders. */
export const inOrders: Make = n => {
  const entries = Object.entries(records.A(n));
  const first = vary(n, 1, 4);
  return Object.fromEntries([...entries.slice(first), ...entries.slice(0, first)]);
};

/** A record of so many columns. */
export const ofColumns =
  (columns: number): Make =>
  n => ({
    id: n,
    ...Object.fromEntries(
      Array.from({ length: columns - 1 }, (_, i) => [
        `column_${i}`,
        i % 3 === 0 ? `value ${vary(n, i, 1_000)}` : vary(n, i, 100_000),
      ]),
    ),
  });

const inAnyOrder = (n: number, members: object) =>
  Object.fromEntries(
    Object.entries(members)
      .map((member, i) => ({ member, place: vary(n, i, 1_000) }))
      .sort((one, other) => one.place - other.place)
      .map(({ member }) => member),
  );

/** Envelopes that vary, around the small record. */
type Wrap = (n: number, message: ReturnType<typeof messageOf>) => object;
const seconds = (n: number) => new Date(1_600_000_000_000 + 137 * n).toISOString();
const envelopes: Readonly<Record<string, Wrap>> = {
  "a time on each": (n, message) => ({ ...message, time_extracted: seconds(n) }),
  "a time on some": (n, message) =>
    vary(n, 1, 3) === 0 ? message : { ...message, time_extracted: seconds(n) },
  "a version on some": (n, message) => (vary(n, 1, 2) === 0 ? message : { ...message, version: 1 }),
  "a counter after the record": (n, message) => ({ ...message, offset: n }),
  "members in any order": (n, message) =>
    inAnyOrder(n, { ...message, time_extracted: seconds(n), offset: n }),
  "a counter before the type": (n, message) => ({ lsn: n, ...message }),
  "a map that differs": (n, message) => ({ ...message, source: { lsn: n, file: `f${n}` } }),
  "the members reversed on some": (n, message) =>
    vary(n, 1, 2) === 0 ? message : Object.fromEntries(Object.entries(message).reverse()),
};
export const envelopeBodies = (bytes: number) =>
  Object.entries(envelopes).map(
    ([name, wrap]) =>
      [
        name,
        bodyOf(headerOf("jsonline"), bytes, n => JSON.stringify(wrap(n, messageOf(n, records.A)))),
      ] as const,
  );

const streams = 20;
/** Records of twenty streams, each with columns of its own, in no order, in envelopes that vary. */
const ofStreams: Readonly<Record<string, Wrap>> = {
  "the members reversed on some": envelopes["the members reversed on some"]!,
  "the record anywhere": (n, { record, ...others }) => {
    const members: [string, unknown][] = Object.entries(others);
    members.splice(vary(n, 1, members.length + 1), 0, ["record", record]);
    return Object.fromEntries(members);
  },
};
export const streamBodies = (bytes: number) =>
  Object.entries(ofStreams).map(([name, wrap]) => {
    const line = (n: number) => {
      const stream = vary(n, 2, streams);
      const record = Object.fromEntries(
        Object.entries(records.A(n)).map(([column, value]) => [
          column === "id" ? column : `${column}_${stream}`,
          value,
        ]),
      );
      return JSON.stringify(wrap(n, { ...messageOf(n, () => record), stream: `table_${stream}` }));
    };
    return [name, bodyOf(headerOf("jsonline"), bytes, line)] as const;
  });

/** The small record with two hundred names with escapes besides, as Python prints them. */
export const escapedNames = (bytes: number): Body =>
  bodyOf(headerOf("jsonline"), bytes, n => {
    const more = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`größe ${i}`, vary(n, i, 1_000)]));
    return pythonOf(messageOf(n, () => ({ ...records.A(n), ...more })));
  });
