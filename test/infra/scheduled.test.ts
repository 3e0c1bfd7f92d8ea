import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { credentialPattern } from "../../functions/program/credentials.ts";
import { at } from "./template.ts";

type Made = {
  functions: Record<string, object>;
  resources: { Resources: Record<string, object> };
  alarms: string;
};
const make = createRequire(import.meta.url)("../../infra/scheduled.cjs") as (tool: object) => Promise<Made>;

/** The resources made from serverless.yml's list of streamers, for other lists. */
const scheduled = (streamers: object, chosen: readonly string[]) => {
  const properties: Record<string, unknown> = {
    "custom.streamers": streamers,
    "custom.parameters": { scheduled: chosen, accountsSecretArn: { Ref: "Secret" }, tableArn: "arn" },
    service: "persister",
  };
  return make({
    resolveConfigurationProperty: async (path: string[]) => properties[path.join(".")],
    resolveVariable: async () => "dev",
  });
};
const tap = { command: "/opt/bin/tap --all", every: "cron(0 6 ? * MON-FRI *)", credentials: ["API_KEY"] };

describe("a streamer of the list", () => {
  it("that is not chosen makes no resources", async () => {
    expect(await scheduled({ tap }, [])).toEqual({ functions: {}, resources: { Resources: {} }, alarms: "" });
  });

  it("in any language is an executable in a layer", async () => {
    const layers = ["arn:aws:lambda:us-east-1:123456789012:layer:tap:3"];
    const { functions, resources } = await scheduled({ "big-tap": { ...tap, layers } }, ["big-tap"]);
    expect(functions.runBigTap).toMatchObject({
      handler: "dist/schedule.handler",
      layers,
      environment: { STREAMER: "big-tap", COMMAND: "/opt/bin/tap --all", CREDENTIALS: "API_KEY" },
      package: {
        patterns: ["dist/schedule.mjs", "dist/schedule.mjs.map", "dist/chunks/schedule-*", "dist/pg.mjs"],
      },
    });
    expect(at(resources.Resources.RunBigTapSchedule, "Properties.ScheduleExpression")).toBe(tap.every);
  });

  it("or a container image that contains the handler", async () => {
    const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/tap@sha256:ab";
    const { functions } = await scheduled({ tap: { ...tap, image } }, ["tap"]);
    expect(functions.runTap).toMatchObject({ image: { uri: image }, timeout: 900 });
    expect(functions.runTap).not.toHaveProperty("handler");
    expect(functions.runTap).not.toHaveProperty("package");
  });

  it("may use the accounts' secret if the list says so, and else has its account in its own", async () => {
    const readsOf = async (entry: object) => {
      const { functions, resources } = await scheduled({ tap: { ...tap, ...entry } }, ["tap"]);
      const statements = at(resources.Resources.RunTapRole, "Properties.Policies.0.PolicyDocument.Statement");
      const reading = (statements as object[]).find(
        each => at(each, "Action") === "secretsmanager:GetSecretValue",
      );
      return [at(reading, "Resource"), at(functions.runTap, "environment.ACCOUNTS_SECRET_ARN")];
    };
    const own = { Ref: "RunTapCredentials" };
    const shared = { Ref: "Secret" };
    expect(await readsOf({})).toEqual([[own], undefined]);
    expect(await readsOf({ sharedAccount: false })).toEqual([[own], undefined]);
    expect(await readsOf({ sharedAccount: true })).toEqual([[own, shared], shared]);
  });

  it.each(["A", "A|B", "A+B", "A|B+C", "", "A|", "+A", "A||B", "A | B", "A-B", "A\nB"])(
    "may have the credential %j, or not, as in functions/program/credentials.ts",
    async entry => {
      const made = scheduled({ tap: { ...tap, credentials: [entry] } }, ["tap"]);
      const isValid = await made.then(
        () => true,
        () => false,
      );
      expect(isValid).toBe(credentialPattern.test(entry));
    },
  );

  it.each([
    [{ Tap: tap }, "custom.streamers.Tap: its name must be at most 24 lower-case"],
    [{ Tap: { ...tap, every: "1 hour" } }, "`every` must be rate(…) or cron(…)"],
    [{ Tap: { ...tap, command: undefined } }, "`command` must be the program"],
    [{ Tap: { ...tap, credentials: "API_KEY" } }, "`credentials` must name"],
    [{ Tap: { ...tap, credentials: ["A | B"] } }, "`A|B+C` means A, or both B and C"],
    [{ Tap: { ...tap, renewed: ["A B"] } }, "`renewed` must name the credentials"],
    [{ Tap: { ...tap, sharedAccount: "yes" } }, "`sharedAccount` must be true or false"],
    [
      { Tap: { ...tap, credentials: ["A|PERSISTER_ACCOUNT"] } },
      "PERSISTER_ACCOUNT is the Import API's account",
    ],
    [{ Tap: { ...tap, renewed: ["PERSISTER_ACCOUNT"] } }, "the streamer does not get it"],
    [{ Tap: { ...tap, image: "a", layers: ["b"] } }, "an `image` or `layers`, not both"],
    [{ other: tap }, "scheduled names Tap; custom.streamers has other"],
  ])("with a mistake is refused, and the mistake is named: %j", async (list, message) => {
    const failure: Error = await scheduled(list, ["Tap"]).then(
      () => new Error(),
      error => error,
    );
    expect(failure.stack).toContain(message);
  });
});
