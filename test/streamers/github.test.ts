import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { github } from "../../streamers/github.ts";
import { type LocalStack, rows, startTestStack } from "../endpoint/local-stack.ts";
import { casesOf } from "../runs.ts";
import {
  commit,
  type Held,
  issue,
  pull,
  release,
  repository,
  star,
  startGithub,
  token,
} from "./github-stand-in.ts";
import { deliverRun } from "./runs.ts";
import { type StandIn, upTo } from "./stand-in.ts";

let stack: LocalStack;
let held: Held;
let standIn: StandIn;
beforeEach(async () => {
  held = {
    commits: upTo(130, n => commit(n)),
    issues: upTo(130, n => issue(n)),
    pulls: upTo(130, n => pull(n)),
    releases: upTo(3, release),
    stars: upTo(100, star),
  };
  [stack, standIn] = await Promise.all([startTestStack(), startGithub(held)]);
});
afterEach(() => Promise.all([stack.close(), standIn.close()]));

const run = (options?: Parameters<typeof deliverRun>[3], env: Record<string, string> = {}) =>
  deliverRun(
    stack,
    github,
    { GITHUB_ACCESS_TOKEN: token, GITHUB_REPO_PATH: repository, GITHUB_API_URL: standIn.url, ...env },
    options,
  );
const tables = ["commits", "issues", "pull_requests", "releases", "stargazers"];
const landed = async () => {
  const counts = tables.map(table => `(select count(*) from ${table}) ${table}`);
  const { rows: found } = await rows(stack, `select ${counts.join(", ")}`);
  return found[0]!.map(Number);
};
const values = async (sql: string) => (await rows(stack, sql)).rows.map(([value]) => value);

const formats = ["jsonline", "transit", "singer"] as const;

describe("a repository's first run", () => {
  it.each(casesOf(formats, 3))("sends everything, as %s", async format => {
    await run({ format });
    expect(await landed()).toEqual([130, 130, 130, 3, 100]);
    const [typed] = (await rows(stack, "select typeof(starred_at), typeof(user_id) from stargazers limit 1"))
      .rows;
    expect(typed).toEqual(["TIMESTAMP WITH TIME ZONE", "BIGINT"]);
    expect(await values("select merged_at from pull_requests where number = 7")).toEqual([
      "2026-01-01T00:00:07.000Z",
    ]);
  });

  it("sends everything else of a repository without commits", async () => {
    held.commits = [];
    standIn.answerOnce(/commits/, { status: 409, body: { message: "Git Repository is empty." } });
    expect((await run()).records).toMatchObject({ releases: 3, stargazers: 100 });
  });

  it("does not send pull requests as issues", async () => {
    held.issues.push(
      issue(131, 131, { pull_request: { url: "", html_url: "", diff_url: "", patch_url: "" } }),
    );
    await run();
    expect(await values("select number from issues where number > 129")).toEqual(["130"]);
  });
});

describe("a later run", () => {
  it("sends what is new or has changed, and requests no more", async () => {
    await run();
    held.commits.push(commit(131), commit(132));
    held.issues[4] = issue(5, 1_000, { state: "closed", title: "Done" });
    held.pulls[8] = pull(9, 1_000);
    held.releases.push(release(4));
    held.stars.push(star(101));
    const { records } = await run();
    // The records at the bound are sent twice.
    expect(records).toEqual({ commits: 2, issues: 2, pull_requests: 2, releases: 4, stargazers: 1 });
    expect(await landed()).toEqual([132, 130, 130, 4, 101]);
    expect(await values("select title from issues where number = 5")).toEqual(["Done"]);
  });

  it("sends nothing if nothing has changed, and gets 304 for every request that counts", async () => {
    await run();
    await run();
    const before = standIn.asked.length;
    expect((await run()).records).toEqual({});
    expect(standIn.asked.slice(before).map(each => each.replace(/^.*hello\/|\?.*$/g, ""))).toEqual([
      "commits",
      "issues",
      "pulls",
      "releases",
      "stargazers",
      "stargazers",
    ]);
  });

  it("sends commits from a merge, whatever their dates", async () => {
    await run();
    held.commits.push(commit(131, 3));
    expect((await run()).records.commits).toBe(1);
  });

  it("lists all commits again if the last run's was removed by a force push", async () => {
    await run();
    held.commits = [...held.commits.slice(0, 128), commit(500), commit(501)];
    expect((await run()).records.commits).toBe(130);
    expect((await landed())[0]).toBe(132);
  });

  it.each(casesOf([406, 500, 503], 3))(
    "lists all commits again where what is new is answered %i, try after try",
    async status => {
      await run();
      held.commits.push(commit(131));
      standIn.answerAlways(/compare/, { status, body: { message: "Sorry, this diff is too large." } });
      expect((await run()).records.commits).toBe(131);
      held.commits.push(commit(132));
      expect((await run()).records.commits).toBe(132);
      expect((await landed())[0]).toBe(132);
    },
  );

  it("finds stars that moved to an earlier page while that page was read", async () => {
    held.stars = upTo(150, star);
    standIn.beforeNext(/stargazers.*&page=2/, () => {
      held.stars = held.stars.filter(({ user }) => user.id !== 3);
    });
    await run();
    await run();
    expect(await values("select count(*) from stargazers where user_id = 101")).toEqual(["1"]);
  });
});

describe("a run in trouble", () => {
  it("retries a page that fails twice", async () => {
    for (const status of [502, 500])
      standIn.answerOnce(/issues.*since/, { status, body: { message: "Server Error" } });
    standIn.answerOnce(/pulls/, "hang up");
    for (const path of [/commits/, /issues/, /pulls.*&page=2/, /stargazers/])
      standIn.answerOnce(path, "break off");
    await run();
    expect(await landed()).toEqual([130, 130, 130, 3, 100]);
  });

  it("retries if no answer comes in time", async () => {
    for (let times = 0; times < 2; times++) standIn.answerOnce(/issues/, "be silent");
    await run({ timeout: 2_000 });
    expect(await landed()).toEqual([130, 130, 130, 3, 100]);
  });

  it("waits as long as the rate limits say", async () => {
    standIn.answerOnce(/issues/, {
      status: 429,
      headers: { "retry-after": "7" },
      body: {
        message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      },
    });
    const reset = Math.floor(Date.now() / 1_000) + 900;
    standIn.answerOnce(/pulls/, {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) },
      body: { message: "API rate limit exceeded for user ID 1." },
    });
    const { log } = await run();
    expect(log).toContain("answered 429: next try in 7 s");
    expect(log.join()).toMatch(/answered 403: next try in [5-9]\d\d s/);
    expect(await landed()).toEqual([130, 130, 130, 3, 100]);
  });

  it("uses the end of a rate limit, which each answer names, for no other wait", async () => {
    const reset = String(Math.floor(Date.now() / 1_000) + 3_600);
    standIn.answerOnce(/issues/, {
      status: 503,
      headers: { "x-ratelimit-remaining": "4999", "x-ratelimit-reset": reset },
      body: { message: "Unavailable" },
    });
    expect((await run()).log).toContain("try 2, after 503 Service Unavailable");
  });

  it("misses no issue or pull request that changes while they are read", async () => {
    standIn.beforeNext(/issues.*since/, () => {
      held.issues[10] = issue(11, 2_000, { title: "Changed" });
    });
    standIn.beforeNext(/pulls.*&page=2/, () => {
      held.pulls[10] = pull(11, 2_000);
    });
    await run();
    expect((await landed()).slice(1, 3)).toEqual([130, 129]);
    expect(await values("select title from issues where number = 11")).toEqual(["Changed"]);
    await run();
    expect((await landed())[2]).toBe(130);
  });

  it("resumes within a second of many issues, despite answers of 304", async () => {
    held.commits = [commit(1)];
    held.issues = upTo(250, n => issue(n, 7));
    await run({ bookmarksMax: 3 });
    await run();
    expect((await landed())[1]).toBe(250);
  });

  it("misses none of many issues in one second if one of them is updated meanwhile", async () => {
    held.issues = upTo(250, n => issue(n, 7));
    standIn.beforeNext(/issues.*&page=2/, () => {
      held.issues[3] = issue(4, 1_000, { title: "Changed" });
    });
    await run();
    expect((await landed())[1]).toBe(250);
    expect(await values("select title from issues where number = 4")).toEqual(["Issue 4"]);
    await run();
    expect(await values("select title from issues where number = 4")).toEqual(["Changed"]);
    expect((await landed())[1]).toBe(250);
  });

  it("reads as many stars as GitHub lists, and reports that in each run", async () => {
    held.stars = upTo(350, star);
    held.starPagesMax = 3;
    for (let ran = 0; ran < 2; ran++)
      expect((await run()).log).toContain("stargazers: GitHub lists the first 300 only");
    expect((await landed())[4]).toBe(300);
  });

  it.each(casesOf([1, 2, 4, 7, 9], 5))(
    "ended after its bookmark %i, it resumes from there, and everything arrives",
    async bookmarksMax => {
      await run({ bookmarksMax });
      const before = standIn.asked.length;
      await run();
      expect(await landed()).toEqual([130, 130, 130, 3, 100]);
      // It does not request again what it had sent.
      if (bookmarksMax === 1) expect(standIn.asked[before]).toMatch(/commits\?.*page=2/);
    },
  );

  it("does not list commits again if the request for the newest one fails", async () => {
    await run();
    held.commits.push(commit(131));
    for (let tries = 0; tries < 6; tries++)
      standIn.answerOnce(/\/commits\?per_page=1$/, { status: 503, body: { message: "Oops" } });
    await expect(run()).rejects.toThrow(/^commits was not read: .*503/);
    expect((await run()).records.commits).toBe(1);
  });

  it("continues where it was when a page fails permanently", async () => {
    for (let tries = 0; tries < 6; tries++)
      standIn.answerOnce(/pulls.*&page=2/, { status: 500, body: { message: "Oops" } });
    await expect(run()).rejects.toThrow(/Oops/);
    const before = standIn.asked.length;
    await run();
    expect(await landed()).toEqual([130, 130, 130, 3, 100]);
    expect(standIn.asked.slice(before).filter(each => each.includes("/pulls"))[0]).toMatch(/&page=2/);
  });

  it("says what to do if the token or the path is wrong", async () => {
    await expect(run({}, { GITHUB_ACCESS_TOKEN: "ghp_other" })).rejects.toThrow(
      /commits answered 401: Bad credentials\n.*GITHUB_ACCESS_TOKEN/,
    );
    await expect(run({}, { GITHUB_REPO_PATH: "octocat/none" })).rejects.toThrow(
      /^commits was not read: .*none\/commits answered 404: Not Found\n(.*\n)+There is no such repo.*_PATH/,
    );
    await expect(run({}, { GITHUB_REPO_PATH: "hello" })).rejects.toThrow(
      "GITHUB_REPO_PATH: it has the form owner/repository",
    );
  });
});
