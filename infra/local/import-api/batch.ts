import { loadSchema } from "./everit/loader.ts";
import { type Check, linesOf } from "./everit/violation.ts";
import { nameOf } from "./names.ts";
import { dataPointsMax, keyCharsMax, Refusal, recordsMax, tooManyDataPoints } from "./refusal.ts";
import type { Row } from "./rows.ts";
import { withInstants } from "./typed-data.ts";
import { Digits, dataPoints, isInt64, isScalar, type Value } from "./values.ts";

const failed = (line: string) => new Refusal(400, { error: `Request failed validation:${line}` });
const envelopeMembers = new Set([
  "table_name",
  "schema",
  "messages",
  "key_names",
  "table_version",
  "bookmark_names",
]);
const sequenceMax = 9_223_372_036_854_775_807n;

/**
 * Returns the rows of a `/batch` body, which conform to its schema. Throws a Refusal that names one record.
 */
export function batchRows(body: Value): Row[] {
  const envelope = envelopeOf(body);
  const table = envelope.get("table_name") as string;
  const schema = envelope.get("schema") as Map<string, Value>;
  const check = loadSchema(schema);
  const keyNames = ((envelope.get("key_names") ?? []) as Value[]).map(String);
  const tableVersion = envelope.get("table_version");
  const version = isInt64(tableVersion) ? BigInt(tableVersion.text) : undefined;
  return (envelope.get("messages") as Value[]).map((message, i) => {
    const { sequence, data } = messageOf(message, i);
    if (data !== undefined) checkRecord(data, i, { check, keyNames, table });
    return { table, sequence, keyNames, version, data: data && withInstants(data, schema) };
  });
}

/** The envelope's own schema: import-api.md section 1.5. */
function envelopeOf(body: Value): Map<string, Value> {
  if (!(body instanceof Map)) throw failed(`#: expected type: JSONObject, found: ${nameOf(body)}`);
  for (const name of ["table_name", "schema", "messages"]) {
    if (!body.has(name)) throw failed(`#: required key [${name}] not found`);
  }
  for (const name of body.keys()) {
    if (!envelopeMembers.has(name)) throw failed(`#: extraneous key [${name}] is not permitted`);
  }
  expectType(body, "table_name", "String");
  expectType(body, "schema", "JSONObject");
  expectType(body, "messages", "JSONArray");
  if (body.has("key_names")) expectType(body, "key_names", "JSONArray");
  const count = (body.get("messages") as Value[]).length;
  if (count < 1) throw failed("#/messages: expected minimum item count: 1, found: 0");
  if (count > recordsMax)
    throw failed(`#/messages: expected maximum item count: ${recordsMax}, found: ${count}`);
  return body;
}

function expectType(envelope: Map<string, Value>, name: string, type: string): void {
  const found = nameOf(envelope.get(name)!);
  if (found !== type) throw failed(`#/${name}: expected type: ${type}, found: ${found}`);
}

function messageOf(
  message: Value,
  index: number,
): { sequence: bigint; data: Map<string, Value> | undefined } {
  const place = `#/messages/${index}`;
  if (!(message instanceof Map))
    throw failed(`${place}: expected type: JSONObject, found: ${nameOf(message)}`);
  const action = message.get("action");
  const members = action === "activate_version" ? ["action", "sequence"] : ["action", "sequence", "data"];
  const missing = members.filter(name => !message.has(name));
  const extra = [...message.keys()].filter(
    name => !members.includes(name) && !(name === "time_extracted" && action === "upsert"),
  );
  const faults = [
    ...missing.map(name => `${place}: required key [${name}] not found`),
    ...extra.map(name => `${place}: extraneous key [${name}] is not permitted`),
    ...(action === "upsert" || action === "activate_version" || action === undefined
      ? []
      : [`${place}/action: ${toText(action)} is not a valid enum value`]),
  ];
  if (faults.length > 0)
    throw failed(`${place}: #: 0 subschemas matched instead of one\n${faults.join("\n")}`);
  const sequence = message.get("sequence")!;
  if (!(sequence instanceof Digits) || !/^-?\d+$/.test(sequence.text)) {
    throw failed(`${place}/sequence: expected type: Integer, found: ${nameOf(sequence)}`);
  }
  if (BigInt(sequence.text) > sequenceMax) throw failed(`#: sequence can not be above ${sequenceMax}`);
  const data = message.get("data");
  if (data !== undefined && !(data instanceof Map))
    throw failed(`${place}/data: expected type: JSONObject, found: ${nameOf(data)}`);
  return { sequence: BigInt(sequence.text), data };
}

function checkRecord(
  data: Map<string, Value>,
  index: number,
  {
    check,
    keyNames,
    table,
  }: { readonly check: Check; readonly keyNames: readonly string[]; readonly table: string },
): void {
  const violation = check(data);
  if (violation !== undefined) {
    const lines = linesOf(violation).join("\n");
    throw new Refusal(400, {
      error: `Record ${index} for table ${table} did not conform to schema:\n${lines}\n`,
    });
  }
  for (const name of keyNames) {
    const key = data.get(name) ?? null;
    if (key === null) throw new Refusal(400, { error: `Record is missing key property ${name}` });
    // Documented, but not the service's message.
    if (!isScalar(key))
      throw new Refusal(400, { error: `Key property ${name} is not a single value (the sandbox's words)` });
    // The message is the one of /push.
    if (typeof key === "string" && key.length > keyCharsMax)
      throw new Refusal(400, { error: `String keys cannot be longer than ${keyCharsMax} characters` });
  }
  if (dataPoints(data) > dataPointsMax) throw tooManyDataPoints(index);
}

const toText = (value: Value) => (value instanceof Digits ? value.text : String(value));
