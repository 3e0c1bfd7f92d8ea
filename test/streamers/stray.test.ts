import { describe, expect, it } from "vitest";
import { chargebee } from "../../streamers/chargebee.ts";
import { drift } from "../../streamers/drift.ts";
import { github } from "../../streamers/github.ts";
import { casesOf } from "../runs.ts";
import * as ofChargebee from "./chargebee-stand-in.ts";
import * as ofDrift from "./drift-stand-in.ts";
import * as ofGithub from "./github-stand-in.ts";
import { type Read, readRun } from "./runs.ts";
import type { Answer, StandIn } from "./stand-in.ts";

/**
 * Things that answer at the vendor's address: a login page, with and without the right content type, and
 * other services.
 */
const strays: readonly Answer[] = [
  { body: "<html>login</html>", headers: { "content-type": "text/html" } },
  { body: "<html>login</html>" },
  { body: {} },
  { body: null },
  { body: "" },
  { body: { data: {}, list: {}, commits: {}, accessToken: null } },
  { body: [1] },
];

const { commit, issue, pull, release, star } = ofGithub;
const vendors = {
  github: {
    streamer: github,
    start: () =>
      ofGithub.startGithub({
        commits: [commit(1), commit(2)],
        issues: [issue(1)],
        pulls: [pull(1)],
        releases: [release(1)],
        stars: [star(1)],
      }),
    env: { GITHUB_ACCESS_TOKEN: ofGithub.token, GITHUB_REPO_PATH: ofGithub.repository },
    questions: [/per_page=1$/, /commits\?.*sha=/, /compare/, /issues/, /pulls/, /releases/, /stargazers/],
  },
  chargebee: {
    streamer: chargebee,
    start: () =>
      ofChargebee.startChargebee({
        customers: [ofChargebee.customer(1)],
        subscriptions: [],
        invoices: [],
        credit_notes: [],
        transactions: [],
        events: [ofChargebee.event(1)],
      }),
    env: { CHARGEBEE_SITE: "acme", CHARGEBEE_API_KEY: ofChargebee.key },
    questions: [/customers\?.*created_at/, /customers\?.*=updated_at/, /credit_notes/, /events/],
  },
  drift: {
    streamer: drift,
    start: () =>
      ofDrift.startDrift({
        conversations: [ofDrift.conversation(1)],
        messages: new Map([[1, [ofDrift.message(1, 1)]]]),
        contacts: new Map([[10_001, ofDrift.contact(10_001)]]),
        accounts: [ofDrift.account(1)],
        tokens: new Set([ofDrift.token]),
      }),
    env: { DRIFT_ACCESS_TOKEN: ofDrift.token },
    questions: [/inboxes/, /users/, /accounts/, /conversations.list/, /messages/, /contacts/],
  },
};

/** Asserts that the error says once what answered, and what to do. */
function expectTold({ failure, log }: Read, standIn: StandIn, setting: string) {
  const address = standIn.url + standIn.asked.at(-1)!.split("?")[0];
  expect((failure as Error).message.split("\n")).toEqual([
    expect.stringContaining(`${address} answered 200 with what is not a page of`),
    expect.stringContaining(setting),
  ]);
  expect(log.join()).not.toContain("try 2");
}

const recordsOf = (...runs: readonly Read[]) =>
  new Set(runs.flatMap(({ records }) => Object.values(records).flat()));

describe.each(Object.entries(vendors))("%s, if something else answers", (name, vendor) => {
  const { streamer, questions } = vendor;
  const setting = `${name.toUpperCase()}_API_URL`;

  const asked = questions.map(question => ({ question }));
  it.each(casesOf(asked, asked.length))(
    "to $question, says so once, and what to do",
    async ({ question }) => {
      const standIn: StandIn = await vendor.start();
      const env = { ...vendor.env, [setting]: standIn.url };
      // Commits are compared with those of an earlier run.
      const from = String(question) === "/compare/" ? { commits: { head: commit(1).sha } } : undefined;
      const all = await readRun(streamer, env, from);
      for (const stray of strays) {
        standIn.answerOnce(question, stray);
        const ran = await readRun(streamer, env, from);
        expect(standIn.asked.at(-1)).toMatch(question);
        expectTold(ran, standIn, setting);
        const next = await readRun(streamer, env, ran.bookmark);
        expect(next.failure).toBeUndefined();
        expect(recordsOf(ran, next)).toEqual(recordsOf(all));
      }
      await standIn.close();
    },
  );

  it("describes a valid address", async () => {
    for (const url of ["nourl", "localhost:8080", "ftp://example.com"]) {
      const { failure } = await readRun(streamer, { ...vendor.env, [setting]: url });
      expect((failure as Error).message).toBe(
        `${setting}: set it to an address that begins with https:// or http://, or leave it out`,
      );
    }
  });

  it("says what to do if nothing is at the address", async () => {
    const standIn = await vendor.start();
    standIn.answerOnce(/./, { status: 404, body: "<html>none</html>" });
    const { failure } = await readRun(streamer, { ...vendor.env, [setting]: standIn.url });
    await standIn.close();
    expect((failure as Error).message).toContain(setting);
  });
});

it("an answer that is not a token of Drift is reported in the same way", async () => {
  const standIn = await vendors.drift.start();
  for (const stray of strays) {
    standIn.answerOnce(/oauth2/, stray);
    const ran = await readRun(drift, { ...ofDrift.app, DRIFT_API_URL: standIn.url });
    expectTold(ran, standIn, "DRIFT_API_URL");
  }
  await standIn.close();
});

it("Chargebee's address may have a path, with or without the API's own path", async () => {
  const standIn = await vendors.chargebee.start();
  for (const path of ["/sub", "/sub/", "/sub/api/v2", "/api/v2/", "/"]) {
    standIn.answerOnce(/./, { status: 401, body: {} });
    await readRun(chargebee, { ...vendors.chargebee.env, CHARGEBEE_API_URL: `${standIn.url}${path}` });
  }
  await standIn.close();
  const sub = "/sub/api/v2/customers";
  expect(standIn.asked.map(each => each.split("?")[0])).toEqual([
    sub,
    sub,
    sub,
    "/api/v2/customers",
    "/api/v2/customers",
  ]);
});
