import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "lossless-json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startImportApi } from "../../../infra/local/import-api/server.ts";
import { faultsOf } from "../../persister/refusals.ts";

interface Example {
  readonly schema?: object;
  readonly keys?: readonly string[];
  readonly record: object;
}
interface Rule {
  readonly rule: string;
  readonly source: string;
  readonly confidence: "seen" | "run" | "client" | "documented" | "inferred";
  /** The loader refuses it, not the Import API itself. */
  readonly refusedBy?: "loader";
  readonly accepted: readonly Example[];
  readonly refused: readonly Example[];
}

/** JSON text with every digit. */
const rules = parse(readFileSync(new URL("rules.json", import.meta.url), "utf8")) as readonly Rule[];
const text = (value: unknown) => stringify(value)!;

const account = { clientId: 4242, token: "at_rules" };
let dir: string;
let api: Awaited<ReturnType<typeof startImportApi>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-rules-"));
  api = await startImportApi({ dir, ...account });
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true, force: true });
});

/** The core's faults in a body with the example. */
const faults = ({ schema = {}, keys = [], record }: Example) =>
  faultsOf(
    [
      text({ type: "SCHEMA", stream: "s", schema, key_properties: keys }),
      text({ type: "RECORD", stream: "s", record }),
    ].join("\n"),
  );

/** The sandbox's answer to the example, sent unchanged. */
async function statusOf({ schema = {}, keys = [], record }: Example): Promise<number> {
  const messages = [{ action: "upsert", sequence: 1, data: record }];
  const response = await fetch(`${api.url}/v2/import/batch`, {
    method: "POST",
    headers: { authorization: `Bearer ${account.token}`, "content-type": "application/json" },
    body: text({ table_name: "s", schema, messages, key_names: keys }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe.each(rules)("$rule ($confidence)", ({ source, confidence, refusedBy, accepted, refused }) => {
  it("has a source and examples, and refuses nothing if inferred", () => {
    expect(source).not.toBe("");
    expect(["seen", "run", "client", "documented", "inferred"]).toContain(confidence);
    expect(accepted.length + refused.length).toBeGreaterThan(0);
    if (confidence === "inferred") expect(refused).toEqual([]);
  });

  it("holds in the core", () => {
    for (const each of accepted) expect(faults(each), text(each)).toEqual([]);
    for (const each of refused) expect(faults(each), text(each)).not.toEqual([]);
  });

  it("holds in the sandbox", async () => {
    for (const each of accepted) expect(await statusOf(each), text(each)).toBe(201);
    const status = refusedBy === "loader" ? 201 : 400;
    for (const each of refused) expect(await statusOf(each), text(each)).toBe(status);
  });
});
