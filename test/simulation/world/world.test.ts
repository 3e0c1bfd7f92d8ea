import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { s3Archive } from "../../../functions/aws/archive.ts";
import { objectsOf } from "../../../functions/aws/s3-client.ts";
import { awsStore } from "../../../functions/aws/store.ts";
import { archiveContract } from "../../contracts/archive.contract.ts";
import { storeContract } from "../../contracts/store.contract.ts";
import type { Process } from "../process.ts";
import { type BucketCommand, SimulatedBucket } from "./bucket.ts";
import { holds } from "./condition.ts";
import { OldCode } from "./old-code.ts";
import { SimulatedTable, type TableCommand } from "./table.ts";

/** The simulated services pass the same contracts as the real ones: test/contracts. */
const nobody = {} as Process;

function services() {
  const table = new SimulatedTable(() => {});
  const bucket = new SimulatedBucket();
  const doing = { by: nobody, attempt: 1, isStale: false };
  const client = {
    send: async (command: TableCommand) => table.do(command, doing),
  } as unknown as DynamoDBClient;
  const s3Client = { send: async (command: BucketCommand) => bucket.do(command, 1) } as unknown as S3Client;
  const s3 = objectsOf(s3Client);
  return { table, bucket, client, s3 };
}

describe("on the simulated services", () => {
  describe("an archive", () => {
    archiveContract(() => {
      const { s3, bucket } = services();
      const archive = s3Archive({ s3, bucket: "bucket" });
      return { archive, read: async key => bucket.objects.get(key)! };
    });
  });
  describe("a store of", () => {
    storeContract(() => {
      const { client, s3 } = services();
      return awsStore({ client, table: "table", s3, bucket: "bucket" });
    });
  });
});

it.each([
  ["attribute_not_exists(pk)", true],
  ["attribute_exists(pk) OR fence = :read", true],
  ["NOT attribute_exists(fence) AND fence = :read", false],
  ["attribute_not_exists(receipt) OR receipt.revision <= :revision", true],
  ["receipt.revision < :revision", false],
  ["#f <> :read", false],
  ["(fence = :read)", true],
  ["missing = :read", false],
  ["fence BETWEEN :read AND :revision", true],
])("a condition %s: %s", (expression, expected) => {
  const item = { fence: { N: "2" }, receipt: { M: { revision: { N: "3" } } } };
  const values = { ":read": { N: "2" }, ":revision": { N: "3" } };
  expect(holds(expression, item, { values, names: { "#f": "fence" } })).toBe(expected);
});

it("a condition that the table does not know throws", () => {
  for (const expression of ["size(pk)", "fence =", "fence", "fence = :read fence"])
    expect(() => holds(expression, {}, {})).toThrow("does not know");
});

it("an earlier version of the code loses only the attributes it does not know", () => {
  const known = { fence: { N: "1" }, lease: { M: { delivery: { S: "d" }, until: { N: "1" } } } };
  const item = { pk: { S: "streamer#a" }, sk: { S: "state" }, ...known };
  const newer = {
    ...item,
    newer: { S: "x" },
    lease: { M: { ...known.lease.M, newer: { S: "x" } } },
  };
  expect(new OldCode().read({ Item: newer })).toEqual({ Item: item });
});
