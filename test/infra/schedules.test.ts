import { describe, expect, it } from "vitest";
import { missingOf } from "../../functions/program/credentials.ts";
import { environmentFor, nextStart, readScheduled, startSchedule } from "../../infra/local/schedules.ts";
import { getBookmark, rows, useStack } from "../endpoint/local-stack.ts";

describe("a schedule's next start", () => {
  const tuesday = new Date("2026-11-24T03:00:30Z");
  it.each([
    ["rate(1 hour)", "2026-11-24T04:00:30.000Z"],
    ["rate(5 minutes)", "2026-11-24T03:05:30.000Z"],
    ["rate(2 days)", "2026-11-26T03:00:30.000Z"],
    ["cron(0 8 ? * MON-FRI *)", "2026-11-24T08:00:00.000Z"],
    ["cron(0 6 * * ? *)", "2026-11-24T06:00:00.000Z"],
    ["cron(0 6 ? * 2 *)", "2026-11-30T06:00:00.000Z"],
    ["cron(0 9 ? * 2#1 *)", "2026-12-07T09:00:00.000Z"],
    ["cron(15 10 ? * 6L 2027)", "2027-01-29T10:15:00.000Z"],
    ["cron(0/10 * * * ? *)", "2026-11-24T03:10:00.000Z"],
    ["cron(0 6 ? * 2-6/2 *)", "2026-11-25T06:00:00.000Z"],
    ["cron(0 6 ? * 2/2 *)", "2026-11-25T06:00:00.000Z"],
    ["cron(0 6 ? * WED/2 *)", "2026-11-25T06:00:00.000Z"],
    ["cron(0 6 ? * L *)", "2026-11-28T06:00:00.000Z"],
    ["cron(0 6 ? * 5,L *)", "2026-11-26T06:00:00.000Z"],
    ["cron(0 6 1/5 * ? *)", "2026-11-26T06:00:00.000Z"],
    ["cron(0 6 L * ? *)", "2026-11-30T06:00:00.000Z"],
    ["cron(0 6 1 FEB/3 ? *)", "2027-02-01T06:00:00.000Z"],
    ["cron(0 6 1 1 ? 2026/2)", "2028-01-01T06:00:00.000Z"],
    ["cron(0 0 1 1 ? 2020)", "never"],
  ])("%s: %s", (every, at) => expect(nextStart(every, tuesday)?.toISOString() ?? "never").toBe(at));

  it("does not exist for an invalid schedule", () => {
    const crons = ["99 8 * * ? *", "0 8 1-x * ? *", "0 8 ? * 0 *", "0 8 ? * 10 *", "0 8 ? * 2#6 *"];
    const none = ["1 hour", "rate(1 week)", "rate(0 minutes)", "cron(0 8 * * *)"];
    for (const every of [...none, ...crons.map(fields => `cron(${fields})`)]) {
      const error = expect.objectContaining({
        name: "CommandError",
        message: expect.stringContaining(every),
      });
      expect(() => nextStart(every, tuesday)).toThrow(error);
    }
  });
});

describe("serverless.yml's streamers on a laptop", async () => {
  const stack = useStack();
  const list = await readScheduled(new URL("../../serverless.yml", import.meta.url));
  const github = list.find(({ streamer }) => streamer === "github")!;

  it("require what their list says, and get only the environment meant for them", () => {
    expect(list.map(({ streamer }) => streamer)).toEqual(["github", "chargebee", "drift"]);
    const env = {
      GITHUB_ACCESS_TOKEN: "a",
      GITHUB_API_URL: "http://a",
      GITHUB_REPO_PATH: "",
      AWS_SECRET: "b",
    };
    expect(missingOf(github.credentials, env)).toEqual(["GITHUB_REPO_PATH"]);
    expect(environmentFor(github, env)).toEqual({ GITHUB_ACCESS_TOKEN: "a", GITHUB_API_URL: "http://a" });
    const drift = list.find(({ streamer }) => streamer === "drift")!;
    expect(missingOf(drift.credentials, { DRIFT_ACCESS_TOKEN: "a" })).toEqual([]);
    const app = { DRIFT_CLIENT_ID: "a", DRIFT_CLIENT_SECRET: "b", DRIFT_REFRESH_TOKEN: "c" };
    expect(missingOf(drift.credentials, app)).toEqual([]);
    expect(missingOf(drift.credentials, { ...app, DRIFT_CLIENT_ID: "" })).toEqual([
      "DRIFT_ACCESS_TOKEN or DRIFT_CLIENT_ID and DRIFT_CLIENT_SECRET and DRIFT_REFRESH_TOKEN",
    ]);
    const other = { ...github, credentials: ["A_TOKEN|A_KEY+A_SECRET", "SITE"] };
    expect(environmentFor(other, { A_KEY: "a", A_SECRET: "b", SITE: "c", A: "d" })).toEqual({
      A_KEY: "a",
      A_SECRET: "b",
      SITE: "c",
    });
    for (const { every } of list) expect(nextStart(every, new Date())).toBeInstanceOf(Date);
  });

  it("run at once, and report the result", async () => {
    const scheduled = {
      streamer: "made",
      command: "node test/cli/streamer.mjs",
      every: "rate(1 hour)",
      credentials: ["N"],
      renewed: [],
    };
    let schedule: { close(): void } | undefined;
    const line = await new Promise(resolve => {
      schedule = startSchedule(scheduled, stack().wired.parts, { PATH: process.env.PATH, N: "30" }, resolve);
    });
    schedule!.close();
    expect(line).toBe("made: whole, 30 records");
    expect((await rows(stack(), "select count(*) from made")).rows).toEqual([["30"]]);
    expect(await (await getBookmark(stack(), "made")).text()).toBe("30");
  });

  it("report what is wrong, and wait for the next start", async () => {
    const scheduled = {
      streamer: "broken",
      command: "/nowhere",
      every: "rate(1 hour)",
      credentials: [],
      renewed: [],
    };
    let schedule: { close(): void } | undefined;
    const line = await new Promise(resolve => {
      schedule = startSchedule(scheduled, stack().wired.parts, {}, resolve);
    });
    schedule!.close();
    expect(line).toMatch(/^broken: \/nowhere can't be started/);
  });
});
