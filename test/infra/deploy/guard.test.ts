import { describe, expect, it } from "vitest";
import { protectedIn, refuseChanges } from "../../../infra/deploy/guard.ts";
import type { Stack } from "../../../infra/deploy/stack.ts";
import type { Template } from "../../../infra/deploy/template.ts";

/** The changes that a deploy may not make to a stack's data. */
const stack: Stack = {
  name: "persister-prod",
  outputs: { TableName: "table-1", ArchiveBucket: "archive-1", AccountsSecretArn: "secret-1" },
  data: {
    Table: "table-1",
    Archive: "archive-1",
    Secret: "secret-1",
    RunDriftCredentials: "drift-1",
  },
};
const own = (Type: string) => ({ Type, Properties: {} });
const Resources = {
  Table: own("AWS::DynamoDB::Table"),
  Archive: own("AWS::S3::Bucket"),
  Secret: own("AWS::SecretsManager::Secret"),
  RunDriftCredentials: own("AWS::SecretsManager::Secret"),
};
const Outputs = {
  TableName: { Value: { Ref: "Table" } },
  ArchiveBucket: { Value: { Ref: "Archive" } },
  AccountsSecretArn: { Value: { Ref: "Secret" } },
};
const without = (id: keyof typeof Resources, outputs = {}): Template => {
  const { [id]: _dropped, ...rest } = Resources;
  return { Resources: rest, Outputs: { ...Outputs, ...outputs } };
};
const same: Template = { Resources, Outputs };
const { Table: _table, ...withoutTable } = stack.data;
const atRestored = { ...stack, outputs: { ...stack.outputs, TableName: "restored" } };

describe("a deploy is refused", () => {
  it.each([
    [
      "another table",
      stack,
      without("Table", { TableName: { Value: "other" } }),
      "table",
      "the table table-1, and this deploy other.",
    ],
    [
      "another archive",
      stack,
      without("Archive", { ArchiveBucket: { Value: "other" } }),
      "archive",
      "this deploy other.",
    ],
    [
      "another secret",
      stack,
      without("Secret", { AccountsSecretArn: { Value: "arn" } }),
      "accountsSecret",
      "this deploy arn.",
    ],
    ["its own table again", atRestored, same, "table", "the table restored, and this deploy table-1."],
    ["a new table", { ...atRestored, data: withoutTable }, same, "table", "this deploy a new and empty one."],
    [
      "a streamer dropped",
      stack,
      without("RunDriftCredentials"),
      "RunDriftCredentials",
      "drops RunDriftCredentials",
    ],
  ] as const)("with %s, unless that is allowed", (_title, before, template, name, sentence) => {
    expect(() => refuseChanges(before, template, [])).toThrow(sentence);
    expect(() => refuseChanges(before, template, [])).toThrow(`--allow ${name}`);
    expect(() => refuseChanges(before, template, [name])).not.toThrow();
  });
});

it("allows a first deploy, and one with the same data", () => {
  expect(() => refuseChanges(stack, same, [])).not.toThrow();
  expect(() => refuseChanges({ name: "new", outputs: {}, data: {} }, same, [])).not.toThrow();
});

it("keeps the protection of one resource if another one may be deleted", () =>
  expect(protectedIn(stack, without("RunDriftCredentials"))).toEqual(["Table", "Archive", "Secret"]));
