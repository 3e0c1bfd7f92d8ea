import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentialsPage } from "../../streamers/drift/tokens.ts";
import { drift } from "../../streamers/drift.ts";
import { running } from "../cli/program.ts";
import { app, type Held, startDrift } from "./drift-stand-in.ts";
import { readRun } from "./runs.ts";
import type { StandIn } from "./stand-in.ts";

/** Each use of Drift's refresh token returns a new one and invalidates the old one. */
let held: Held;
let standIn: StandIn;
let dir: string;
let file: string;
beforeEach(async () => {
  held = { conversations: [], messages: new Map(), contacts: new Map(), accounts: [], tokens: new Set() };
  standIn = await startDrift(held);
  dir = await mkdtemp(join(tmpdir(), "persister-renewal-"));
  file = join(dir, "credentials");
});
afterEach(async () => {
  await standIn.close();
  await rm(dir, { recursive: true, force: true });
});

const settings = (more: Record<string, string> = {}) => ({ ...app, DRIFT_API_URL: standIn.url, ...more });
const withFile = (more: Record<string, string> = {}) => settings({ DRIFT_CREDENTIALS_FILE: file, ...more });
const kept = async () => JSON.parse(await readFile(file, "utf8")).DRIFT_REFRESH_TOKEN as string;

describe("a file", () => {
  it("keeps the newest token between runs, readable only by its owner", async () => {
    for (let run = 1; run <= 3; run++) {
      const { failure, log } = await readRun(drift, withFile());
      expect([failure, log.join()]).toEqual([undefined, expect.not.stringContaining("warning")]);
      expect(await kept()).toBe(`refresh${"+".repeat(run)}`);
      if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    expect(await readdir(dir)).toEqual(["credentials"]);
  });

  it("contains the new refresh token before the new access token is used", async () => {
    let atFirstQuestion = "";
    standIn.beforeNext(/inboxes/, () => {
      atFirstQuestion = readFileSync(file, "utf8");
    });
    await readRun(drift, withFile());
    expect(JSON.parse(atFirstQuestion)).toMatchObject({ DRIFT_REFRESH_TOKEN: "refresh+" });
    expect(held.refreshToken).toBe("refresh+");
  });

  it("is ignored if a person has set a newer token", async () => {
    await readRun(drift, withFile());
    held.refreshToken = "installed-again";
    const { failure } = await readRun(drift, withFile({ DRIFT_REFRESH_TOKEN: "installed-again" }));
    expect([failure, await kept()]).toEqual([undefined, "installed-again+"]);
  });

  it("that others can read, that holds something else, or without a folder is refused at once", async () => {
    await writeFile(file, '{"DRIFT_REFRESH_TOKEN":"a","givenSha256":"b"}');
    await chmod(file, 0o640);
    expect((await readRun(drift, withFile())).failure!.message).toContain(
      `others can read it: chmod 600 ${file}`,
    );
    await chmod(file, 0o600);
    await writeFile(file, "[1]");
    expect((await readRun(drift, withFile())).failure!.message).toContain("name another file");
    file = join(dir, "none", "credentials");
    expect((await readRun(drift, withFile())).failure!.message).toContain("can't be written");
    expect(standIn.asked).toEqual([]);
  });

  it("that can no longer be written stops the run, with what to do", async () => {
    standIn.beforeNext(/oauth2/, () => rmSync(dir, { recursive: true }));
    const { failure, printed } = await readRun(drift, withFile());
    expect(failure!.message).toMatch(
      /^DRIFT_REFRESH_TOKEN was renewed, and .* can't be stored in .*ENOENT.*\n.*set/,
    );
    expect(printed.join("")).not.toContain("RECORD");
    expect(standIn.asked).toEqual(["/oauth2/token"]);
  });
});

describe("two runs that renew at once", () => {
  it("both read everything: the refused one uses the token that the other one stores", async () => {
    const [first, second] = await Promise.all([
      readRun(drift, withFile(), undefined, { second: 200 }),
      readRun(drift, withFile(), undefined, { second: 200 }),
    ]);
    expect([first.failure, second.failure]).toEqual([undefined, undefined]);
    expect(standIn.asked.filter(each => each === "/oauth2/token")).toHaveLength(3);
    expect(await kept()).toBe(held.refreshToken);
    expect((await readRun(drift, withFile())).failure).toBeUndefined();
  });

  it("so does one whose token the other one invalidates during its run", async () => {
    standIn.beforeNext(/users/, () => {
      held.tokens.clear();
      held.refreshToken = "refresh++";
      const { givenSha256 } = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ DRIFT_REFRESH_TOKEN: "refresh++", givenSha256 }));
    });
    expect((await readRun(drift, withFile())).failure).toBeUndefined();
    expect(await kept()).toBe("refresh+++");
  });
});

describe("a run that is killed between Drift's answer and the store", () => {
  it("loses the token: the next run says what to do, and works after that", async () => {
    const { child, ended } = running("streamers/drift.ts", [], withFile());
    standIn.beforeNext(/oauth2/, () => {
      // Drift has renewed the token, and its answer is never read.
      held.refreshToken = "refresh+";
      child.kill("SIGKILL");
    });
    await ended;
    const next = await running("streamers/drift.ts", [], withFile()).ended;
    expect(next.code).toBe(1);
    expect(next.stderr).toMatch(
      /oauth2\/token answered 401: invalid_grant\n.*killed.*\n.*set DRIFT_REFRESH_TOKEN to/,
    );
    held.refreshToken = "installed-again";
    const again = running("streamers/drift.ts", [], withFile({ DRIFT_REFRESH_TOKEN: "installed-again" }));
    expect((await again.ended).code).toBe(0);
    expect(await kept()).toBe("installed-again+");
  });

  it("stores it first if it gets SIGTERM at that moment", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const { child, ended } = running("streamers/drift.ts", [], withFile());
      standIn.beforeNext(/oauth2/, () => child.kill(signal));
      expect((await ended).stdout).not.toContain("RECORD");
      expect(child.signalCode).toBe(signal);
      expect(await kept()).toBe(held.refreshToken);
    }
    expect((await running("streamers/drift.ts", [], withFile()).ended).code).toBe(0);
  });

  it("loses nothing if it is killed after the store", async () => {
    const { child, ended } = running("streamers/drift.ts", [], withFile());
    standIn.beforeNext(/inboxes/, () => child.kill("SIGKILL"));
    await ended;
    expect((await running("streamers/drift.ts", [], withFile()).ended).code).toBe(0);
  });
});

describe("without a file", () => {
  it("the first renewal warns that the next run can't start, and it can't", async () => {
    const { failure, log } = await readRun(drift, settings());
    expect(failure).toBeUndefined();
    const warnings = log.filter(each => each.startsWith("warning: "));
    expect(warnings).toEqual([
      expect.stringContaining("DRIFT_REFRESH_TOKEN was renewed"),
      expect.stringContaining("set DRIFT_CREDENTIALS_FILE to a file"),
    ]);
    const next = await readRun(drift, settings());
    expect(next.failure!.message).toMatch(/answered 401: invalid_grant\n/);
    expect(log.concat(next.log).join()).not.toContain("refresh+");
  });
});

describe("the variables of the original documentation", () => {
  const first = {
    DRIFT_CLIENT_ID: "client",
    DRIFT_REDIRECT_URI: "https://example.com",
    DRIFT_USERNAME: "ada",
    DRIFT_PASSWORD: "hunter2",
  };

  it("are explained, with what is missing and where to get it", async () => {
    const { code, stdout, stderr } = await running("streamers/drift.ts", [], first).ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "drift: Drift no longer accepts passwords, and nothing reads DRIFT_REDIRECT_URI, " +
        "DRIFT_USERNAME and DRIFT_PASSWORD\n" +
        "drift: Set DRIFT_ACCESS_TOKEN, or DRIFT_CLIENT_SECRET and DRIFT_REFRESH_TOKEN as well: " +
        `${credentialsPage} describes how to get them\n`,
    );
  });

  it("are reported and ignored if today's are set", async () => {
    held.tokens.add("valid");
    const env = { ...first, DRIFT_ACCESS_TOKEN: "valid", DRIFT_API_URL: standIn.url };
    const { failure, log } = await readRun(drift, env);
    expect([failure, log[0]]).toEqual([
      undefined,
      expect.stringContaining("Drift no longer accepts passwords"),
    ]);
  });
});
