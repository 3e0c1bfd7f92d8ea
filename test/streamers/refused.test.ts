import { existsSync, readFileSync } from "node:fs";
import Chargebee from "chargebee";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chargebee } from "../../streamers/chargebee.ts";
import { drift } from "../../streamers/drift.ts";
import { github } from "../../streamers/github.ts";
import type { Bookmark, Streamer } from "../../streamers/streamer.ts";
import * as ofChargebee from "./chargebee-stand-in.ts";
import * as ofDrift from "./drift-stand-in.ts";
import * as ofGithub from "./github-stand-in.ts";
import { type Read, readRun } from "./runs.ts";
import type { Answer, StandIn } from "./stand-in.ts";

/** Three runs against each vendor: the first, one for new data, and one with its second source refused. */
interface Vendor {
  readonly streamer: Streamer;
  start(): Promise<StandIn>;
  env(url: string): Record<string, string>;
  /** The records of each later run. */
  readonly sources: readonly string[];
  /** Its request, and the refusal. */
  readonly second: readonly [question: RegExp, answer: Answer, hint: RegExp];
  /** Adds something new to every source. */
  grow(): void;
}

const n = { next: 1 };
const upTo = <T>(make: (each: number) => T) => Array.from({ length: n.next }, (_, i) => make(i + 1));
const github3: ofGithub.Held = { commits: [], issues: [], pulls: [], releases: [], stars: [] };
const chargebee3: ofChargebee.Held = {
  customers: [],
  subscriptions: [],
  invoices: [],
  credit_notes: [],
  transactions: [],
  events: [],
};
const drift3: ofDrift.Held = {
  conversations: [],
  messages: new Map(),
  contacts: new Map(),
  accounts: [],
  tokens: new Set([ofDrift.token]),
};
const notEnabled = {
  message:
    "This API operation is not enabled for this site. Please contact support@chargebee.com to get " +
    "this enabled",
  api_error_code: "configuration_incompatible",
  error_code: "api_restricted",
  http_status_code: 400,
};

const vendors: Readonly<Record<string, Vendor>> = {
  github: {
    streamer: github,
    start: () => ofGithub.startGithub(github3),
    env: GITHUB_API_URL => ({
      GITHUB_ACCESS_TOKEN: ofGithub.token,
      GITHUB_REPO_PATH: ofGithub.repository,
      GITHUB_API_URL,
    }),
    sources: ["commits", "issues", "pull_requests", "releases", "stargazers"],
    second: [
      /\/issues/,
      { status: 403, body: { message: "Resource not accessible by personal access token" } },
      /read access to contents, issues/,
    ],
    grow() {
      github3.commits = upTo(each => ofGithub.commit(each));
      github3.issues = upTo(each => ofGithub.issue(each));
      github3.pulls = upTo(each => ofGithub.pull(each));
      github3.releases = upTo(ofGithub.release);
      github3.stars = upTo(ofGithub.star);
    },
  },
  chargebee: {
    streamer: chargebee,
    start: () => ofChargebee.startChargebee(chargebee3),
    env: CHARGEBEE_API_URL => ({
      CHARGEBEE_SITE: "acme",
      CHARGEBEE_API_KEY: ofChargebee.key,
      CHARGEBEE_API_URL,
    }),
    sources: ["customers", "subscriptions", "invoices", "credit_notes", "transactions", "events"],
    second: [/subscriptions/, { status: 400, body: notEnabled }, /support@chargebee\.com enables it/],
    grow() {
      const second = ofChargebee.now() + n.next;
      chargebee3.customers = upTo(each => ofChargebee.customer(each, second));
      chargebee3.subscriptions = upTo(each => ofChargebee.subscription(each, second));
      chargebee3.invoices = upTo(each => ofChargebee.invoice(each, second));
      chargebee3.credit_notes = upTo(each => ofChargebee.creditNote(each, second));
      chargebee3.transactions = upTo(each => ofChargebee.transaction(each, second));
      chargebee3.events = upTo(ofChargebee.event);
    },
  },
  drift: {
    streamer: drift,
    start: () => ofDrift.startDrift(drift3),
    env: DRIFT_API_URL => ({ DRIFT_ACCESS_TOKEN: ofDrift.token, DRIFT_API_URL }),
    sources: ["inboxes", "users", "accounts", "conversations", "messages", "contacts"],
    second: [
      /users/,
      { status: 403, body: { error: { type: "authorization_error", message: "Missing scope user_read" } } },
      /user_read.*install it again/,
    ],
    grow() {
      drift3.conversations = upTo(each => ofDrift.conversation(each));
      drift3.messages = new Map(upTo(each => [each, [ofDrift.message(each, 1)]]));
      drift3.contacts = new Map(upTo(each => [10_000 + each, ofDrift.contact(10_000 + each)]));
      drift3.accounts = upTo(each => ofDrift.account(each, Date.now() / 1_000 - ofDrift.at(0) / 1_000 + 60));
    },
  },
};

let standIn: StandIn;
afterEach(() => standIn.close());

describe.each(Object.entries(vendors))("%s", (_name, { streamer, start, env, sources, second, grow }) => {
  beforeEach(async () => {
    n.next = 1;
    grow();
    standIn = await start();
  });
  const run = (from?: Bookmark) => readRun(streamer, env(standIn.url), from);
  const grown = () => {
    n.next++;
    grow();
  };
  const streamsOf = ({ records }: Read) => Object.keys(records).sort();

  it("reads everything, then what is new, and all other sources if the second is refused", async () => {
    const [question, answer, hint] = second;
    const refused = sources[1]!;
    const first = await run();
    expect([first.failure, streamsOf(first)]).toEqual([undefined, [...sources].sort()]);
    grown();
    const next = await run(first.bookmark);
    expect([next.failure, streamsOf(next)]).toEqual([undefined, [...sources].sort()]);
    grown();
    standIn.answerAlways(question, answer);
    const third = await run(next.bookmark);
    expect(streamsOf(third)).toEqual(sources.filter(each => each !== refused).sort());
    const [line, ...hints] = third.failure!.message.split("\n");
    expect(line).toMatch(
      new RegExp(`^${refused} was not read: http.*${question.source}.* answered ${answer.status}: \\w`),
    );
    expect([hints.length, hints[0]]).toEqual([1, expect.stringMatching(hint)]);
    expect(third.bookmark?.[refused]).toEqual(next.bookmark?.[refused]);
    expect(third.bookmark).not.toEqual(next.bookmark);
  });

  it("names everything that was not read, and once what to do about it", async () => {
    standIn.answerAlways(/./, { status: 404, body: { message: "Not Found" } });
    const { failure, records, printed } = await run();
    expect([records, printed.filter(each => each.includes("BOOKMARK"))]).toEqual([{}, []]);
    const lines = failure!.message.split("\n");
    expect(lines.filter(each => each.includes("was not read"))).toHaveLength(lines.length - 1);
    expect(lines.length).toBeGreaterThan(4);
  });

  it("stops if the credential is invalid, since no source can be read with it", async () => {
    standIn.answerAlways(second[0], { status: 401, body: { message: "dead" } });
    const { failure } = await run();
    expect(failure!.message).toMatch(/answered 401: dead\n/);
    expect(failure!.message).not.toContain("was not read");
    expect(standIn.asked.at(-1)).toMatch(second[0]);
  });

  it.each([400, 403, 404, 409, 422, 451])("reports status, address and what to do for %i", async status => {
    standIn.answerAlways(second[0], { status, body: { message: "Sorry", api_error_code: "some_code" } });
    const { failure } = await run();
    expect(failure!.message).toMatch(
      new RegExp(`http://\\S+ answered ${status}: Sorry \\(some_code\\)\n\\w`),
    );
  });

  it("reports where it got no answer in any attempt", async () => {
    const { url } = standIn;
    await standIn.close();
    const { failure } = await readRun(streamer, env(url));
    expect(failure!.message).toMatch(new RegExp(`^${url} gave no answer: connect ECONNREFUSED.*\nCheck `));
    standIn = await start();
  });
});

describe("a repository whose issues are switched off", () => {
  const shared = new URL("../../../shared/data/taps/14-github-issues-disabled.json", import.meta.url);
  const isAbsent = !existsSync(shared) && process.env.REQUIRE_SHARED_DATA !== "1";

  async function expectAllButIssues(answer: Answer): Promise<void> {
    vendors.github!.grow();
    standIn = await vendors.github!.start();
    standIn.answerAlways(/\/issues/, answer);
    const { failure, records, log } = await readRun(github, vendors.github!.env(standIn.url));
    expect(failure).toBeUndefined();
    expect(Object.keys(records)).toEqual(["commits", "pull_requests", "releases", "stargazers"]);
    expect(log.slice(-2)).toEqual([
      expect.stringMatching(
        /^issues was not read: http.*issues answered 410: Issues are disabled for this repo$/,
      ),
      expect.stringContaining("switched off"),
    ]);
  }

  it("is read without them, which is not a failure", () =>
    expectAllButIssues({ status: 410, body: { message: "Issues are disabled for this repo" } }));

  it.skipIf(isAbsent)("so it is with the answer stored next to this checkout", () =>
    expectAllButIssues(JSON.parse(readFileSync(shared, "utf8")) as Answer),
  );

  it("but a listing that is gone for another reason is a failure", async () => {
    standIn = await vendors.github!.start();
    standIn.answerAlways(/releases/, { status: 410, body: { message: "This API version was removed" } });
    const { failure } = await readRun(github, vendors.github!.env(standIn.url));
    expect(failure!.message).toContain("releases was not read");
  });
});

it("what was not read is also named if another error ends the run", async () => {
  vendors.github!.grow();
  standIn = await vendors.github!.start();
  standIn.answerAlways(/\/issues/, { status: 404, body: { message: "Not Found" } });
  standIn.answerAlways(/stargazers/, { body: "<html>login</html>" });
  const { failure, log } = await readRun(github, vendors.github!.env(standIn.url));
  expect(failure!.message).toContain("is not a page of GitHub's API");
  expect(log.join("\n")).toMatch(/issues was not read: .*404/);
});

it("contacts have a scope of their own: without it, conversations are still read", async () => {
  n.next = 3;
  vendors.drift!.grow();
  standIn = await vendors.drift!.start();
  const env = vendors.drift!.env(standIn.url);
  standIn.answerOnce(/contacts/, { status: 403, body: "" });
  const without = await readRun(drift, env);
  expect(without.failure!.message).toContain("contacts was not read: ");
  expect(without.records.messages).toHaveLength(3);
  const granted = await readRun(drift, env, without.bookmark);
  expect(granted.failure).toBeUndefined();
  expect(granted.records.contacts).toHaveLength(3);
});

it("requests to Chargebee are like those of its own client", async () => {
  standIn = await vendors.chargebee!.start();
  const { hostname, port } = new URL(standIn.url);
  const client = new Chargebee({
    site: hostname,
    hostSuffix: "",
    protocol: "http",
    port: Number(port),
    apiKey: ofChargebee.key,
  });
  // Its types lack `sort_by`.
  const list = (parameters: object) => client.customer.list(parameters as { limit: number });
  const all = { include_deleted: true, limit: 100 };
  await list({ ...all, sort_by: { asc: "created_at" } });
  await list({ ...all, updated_at: { after: 1_767_225_600 }, sort_by: { asc: "updated_at" } });
  const theirs = standIn.asked.splice(0);
  const upTo = { customers: { upTo: 1_767_225_601 } };
  for (const from of [undefined, upTo]) await readRun(chargebee, vendors.chargebee!.env(standIn.url), from);
  const parts = (question: string) => {
    const { pathname, searchParams } = new URL(question, standIn.url);
    return [pathname, [...searchParams].sort()];
  };
  const ours = standIn.asked.filter(each => each.includes("customers")).map(parts);
  for (const each of theirs) expect(ours).toContainEqual(parts(each));
});
