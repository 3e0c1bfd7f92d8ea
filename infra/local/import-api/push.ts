import { dataPointsMax, keyCharsMax, Refusal, recordsMax, tooManyDataPoints } from "./refusal.ts";
import type { Row } from "./rows.ts";
import { dataPoints, isInt64, isScalar, type Value } from "./values.ts";

const members = new Set([
  "client_id",
  "table_name",
  "sequence",
  "action",
  "key_names",
  "data",
  "table_version",
  "namespace",
]);

type Reasons = Record<string, string[]>;

/** Returns the rows of a `/push` or `/validate` body. Throws a Refusal that names all faulty records. */
export function pushedRows(body: Value, clientId: number): Row[] {
  if (!Array.isArray(body) || body.length === 0) {
    throw new Refusal(400, { status: "ERROR", message: "An array of records is expected" });
  }
  if (body.length > recordsMax) {
    throw new Refusal(400, {
      status: "ERROR",
      message: `More than ${recordsMax} records (the sandbox's words)`,
    });
  }
  const records = body.map(record => (record instanceof Map ? record : new Map<string, Value>()));
  checkClient(records, clientId);
  const faults = records.flatMap(record => {
    const reasons = reasonsOf(record);
    return Object.keys(reasons).length === 0 ? [] : [{ reason: reasons }];
  });
  if (faults.length > 0) throw unprocessable(faults);
  return records.map((record, i) => rowOf(record, i));
}

function checkClient(records: readonly Map<string, Value>[], clientId: number): void {
  const ids = new Set(
    records.map(record =>
      isInt64(record.get("client_id")) ? (record.get("client_id") as { text: string }).text : undefined,
    ),
  );
  if (ids.has(undefined))
    throw new Refusal(401, { status: "ERROR", error: "Not Authenticated.", errors: null });
  if (!ids.has(String(clientId))) {
    throw new Refusal(403, {
      status: "ERROR",
      error: "Forbidden",
      errors: { error: "Access token is not associated with this client." },
    });
  }
  if (ids.size > 1) {
    throw unprocessable([
      {
        reason: `The batch contains data points for multiple clients. Only client_id ${clientId} is allowed`,
      },
    ]);
  }
}

const unprocessable = (errors: object[]) =>
  new Refusal(422, { status: "ERROR", error: "Request cannot be processed; see errors.", errors });

function reasonsOf(record: Map<string, Value>): Reasons {
  const reasons: Reasons = {};
  const table = record.get("table_name");
  if (typeof table !== "string" || table.trim() === "") reasons.table_name = ["can't be blank"];
  if (!isInt64(record.get("sequence"))) reasons.sequence = ["should be an integer", "should be a number"];
  for (const name of record.keys()) if (!members.has(name)) reasons[name] = ["unknown key"];
  const action = record.get("action");
  if (action === "switch_view") {
    if (!isInt64(record.get("table_version"))) reasons.table_version = ["should be an integer"];
  } else if (action === "upsert") {
    Object.assign(reasons, upsertReasons(record));
  } else reasons.action = ["can't be blank"];
  return reasons;
}

function upsertReasons(record: Map<string, Value>): Reasons {
  const reasons: Reasons = {};
  const data = record.get("data");
  const keyNames = record.get("key_names");
  if (!Array.isArray(keyNames) || keyNames.length === 0) reasons.key_names = ["can't be blank"];
  if (!(data instanceof Map)) reasons.data = ["data must be an object"];
  else if (Array.isArray(keyNames)) {
    const fault = keyFault(keyNames.map(String), data);
    if (fault !== undefined) reasons.data = [fault];
  }
  return reasons;
}

function keyFault(keyNames: string[], data: Map<string, Value>): string | undefined {
  const keys = keyNames.map(name => data.get(name));
  if (keys.includes(undefined) || keys.some(key => !isScalar(key!))) return "data must include keys";
  if (keys.includes(null)) return "keys cannot not be null in data";
  if (keys.some(key => typeof key === "string" && key.length > keyCharsMax)) {
    return `String keys cannot be longer than ${keyCharsMax} characters`;
  }
  return undefined;
}

function rowOf(record: Map<string, Value>, index: number): Row {
  const version = record.get("table_version");
  const data = (record.get("data") ?? new Map()) as Map<string, Value>;
  if (dataPoints(data) > dataPointsMax) throw tooManyDataPoints(index);
  return {
    table: record.get("table_name") as string,
    sequence: BigInt((record.get("sequence") as { text: string }).text),
    keyNames: ((record.get("key_names") ?? []) as Value[]).map(String),
    version: isInt64(version) ? BigInt(version.text) : undefined,
    data: record.get("action") === "switch_view" ? undefined : data,
  };
}
