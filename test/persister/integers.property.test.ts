import fc from "fast-check";
import { expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { loadSchema } from "../../infra/local/import-api/everit/loader.ts";
import { fromJson } from "../../infra/local/import-api/json.ts";
import type { Value } from "../../infra/local/import-api/values.ts";
import { numRuns } from "../runs.ts";
import { requestsOf } from "./delivery.ts";

const digits = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.bigInt({ min: -2n, max: 2n }).map(n => `${2n ** 63n + n}`),
  fc.bigInt({ min: -2n, max: 2n }).map(n => `${-(2n ** 63n) + n}`),
  fc.constantFrom("0", "-0", "10000000000000000000", "9223372036854775000", "-9223372036854776000"),
);
const fractions = fc.constantFrom("", ".0", ".00", ".5");
const exponents = fc.constantFrom("", "e0", "E+2", "e-2", "e20");
const literals = fc.tuple(digits, fractions, exponents).map(parts => parts.join(""));
const types = fc.subarray(["integer", "number", "boolean"], { minLength: 1 });

/** The transit values that JSON writes as this literal. */
const tags = (literal: string) =>
  /^-?\d+$/.test(literal) ? ["~n", "~d", "~f"] : /[eE]/.test(literal) ? ["~d"] : ["~d", "~f"];

/** The value as the sandbox reads it. */
function sentOf(body: string): Map<string, Value> | undefined {
  try {
    return fromJson(Buffer.from(requestsOf(body).requests[0]!.body).toString()) as Map<string, Value>;
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return undefined;
  }
}

function jsonBody(type: string[], value: string): string {
  const schema = JSON.stringify({ properties: { v: { type }, list: { items: { type } } } });
  const record = `{"v":${value},"list":["1.0",null,${value}]}`;
  return `{"type":"RECORD","stream":"s","schema":${schema},"record":${record}}`;
}

function transitBody(type: string[], value: string): string {
  const schema = `["^ ","properties",["^ ","v",["^ ","type",${JSON.stringify(type)}]]]`;
  const line = `["^ ","type","RECORD","stream","s","schema",${schema},"record",["^ ","v",${value}]]`;
  return `stitchstream/0.1\nContent-Type: transit\n--\n${line}\n`;
}

it("a number is accepted if and only if the Import API's types accept it", () => {
  let taken = 0;
  let refused = 0;
  const check = (body: string, type: string[], literal: string) => {
    const sent = sentOf(body);
    const schema = fromJson(JSON.stringify({ type })) as Map<string, Value>;
    const isTaken = loadSchema(schema)(fromJson(literal)) === undefined;
    expect(sent !== undefined, `${body} for ${type}`).toBe(isTaken);
    if (sent === undefined) return refused++;
    const [message] = sent.get("messages") as Map<string, Value>[];
    const data = message!.get("data") as Map<string, Value>;
    expect(data.get("v")).toEqual(fromJson(literal));
    return taken++;
  };
  fc.assert(
    fc.property(types, literals, (type, literal) => {
      const optional = [...type, "string", "null"];
      check(jsonBody(optional, literal), optional, literal);
      for (const tag of tags(literal)) check(transitBody(type, `"${tag}${literal}"`), type, literal);
      check(transitBody(optional, `"${literal}"`), optional, `"${literal}"`);
    }),
    { numRuns: numRuns(300) },
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});
