import { describe, expect, it } from "vitest";
import { failureOf } from "../../functions/postgres/failure.ts";
import { deliverer, openDelivering } from "./delivering.ts";
import { body, keyed, record } from "./stream.ts";

const { database, deliver } = await openDelivering();

const errorOf = (code: string, more: object = {}) =>
  Object.assign(new Error('value "secret" is wrong'), { code, ...more });

describe("an error's meaning", () => {
  it.each([
    ["08006", "unavailable"],
    ["40P01", "unavailable"],
    ["40001", "unavailable"],
    ["53100", "unavailable"],
    ["53200", "unavailable"],
    ["53300", "unavailable"],
    ["57P01", "unavailable"],
    ["57014", "out-of-time"],
  ])("%s passes: %s", (code, reason) => {
    expect(failureOf(errorOf(code))).toMatchObject({ kind: "transient", reason });
  });

  it("a lost connection passes", () => {
    const lost = new Error("Connection terminated unexpectedly");
    expect(failureOf(lost)).toMatchObject({ kind: "transient", reason: "unavailable" });
  });

  it("a certificate that can't be verified is the account's", () => {
    const error = Object.assign(new Error("self-signed certificate"), {
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(failureOf(error)).toEqual({ kind: "denied", message: "TLS failed: self-signed certificate" });
  });

  it("a fault of this code is thrown", () => {
    expect(() => failureOf(new TypeError("x is undefined"))).toThrow("x is undefined");
  });

  it.each(["28P01", "3D000", "42501", "53400"])("%s is the account's", code => {
    expect(failureOf(errorOf(code)).kind).toBe("denied");
  });

  it.each([
    ["53200", "max_locks_per_transaction"],
    ["53400", "temp_file_limit"],
  ])("%s names the setting that may be too low", (code, setting) => {
    expect(failureOf(errorOf(code)).message).toContain(setting);
  });

  it.each(["22008", "23514", "54000", "P0001"])("%s is the records', and no value is quoted", code => {
    const failure = failureOf(errorOf(code, { where: 'COPY t, line 3, column "total": "secret"' }));
    expect(failure).toMatchObject({ kind: "rejected", place: { relation: "t", row: 2, column: "total" } });
    expect(JSON.stringify(failure)).not.toContain("secret");
  });
});

it("a row that a constraint forbids is rejected, with its line, and nothing is written", async () => {
  await deliver(body(record("checked", { n: 1 })));
  await database.query("alter table checked add check (n < 10)");
  const { error } = await deliver(body(record("checked", { n: 2 }), record("checked", { n: 11 })));
  expect(error).toMatchObject({
    code: "rejected",
    details: { faults: [{ line: 2, stream: "checked", message: expect.stringContaining("SQLSTATE 23514") }] },
  });
  expect(error!.message).toMatch(/^PostgreSQL rejected the records of lines 1 to 2: /);
  expect(error!.message).not.toContain("11");
  expect(await database.query("select n from checked")).toEqual([{ n: "1" }]);
});

it("a connection that was ended between two deliveries is replaced", async () => {
  const { url, schema } = database;
  const alone = deliverer({ url: `${url}?application_name=alone`, schema });
  await alone.deliver(body(keyed("again", { id: 1 })));
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'alone'",
  );
  expect((await alone.deliver(body(keyed("again", { id: 2 })))).error).toBeUndefined();
  await alone.close();
  expect(await database.query("select id from again order by id")).toHaveLength(2);
});

it("a role without rights is refused as the account's fault", async () => {
  const role = `role_${database.schema.replace(/\W/g, "_")}`;
  await database.query(`create role "${role}" login`);
  const url = database.url.replace("persister@", `${role}@`);
  const other = deliverer({ url, schema: "not there" });
  const { error } = await other.deliver(body(record("t", { n: 1 })));
  expect(error).toMatchObject({ code: "account-unavailable" });
  expect(error!.message).toContain("a missing privilege (SQLSTATE 42501)");
  await other.close();
  await database.query(`drop role "${role}"`);
});
