import { afterEach, beforeEach, expect, it } from "vitest";
import { retryingClient } from "../../streamers/retrying-client.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

let standIn: StandIn;
let log: string[];
beforeEach(async () => {
  log = [];
  standIn = await startStandIn(({ path }) =>
    path === "/none" ? { status: 204, body: undefined } : { body: "whole" },
  );
});
afterEach(() => standIn.close());
const client = (timeout = 600_000) =>
  retryingClient({ log: line => void log.push(line), second: 1, timeout });

it("retries if an answer breaks off within its body", async () => {
  for (let times = 0; times < 2; times++) standIn.answerOnce(/list/, "break off");
  expect(await client().get(`${standIn.url}/list`).text()).toBe("whole");
  expect(log).toEqual(["try 2, after other side closed", "try 3, after other side closed"]);
});

it("retries if no answer comes in time, and logs no address", async () => {
  standIn.answerOnce(/list/, "be silent");
  expect(await client(2_000).get(`${standIn.url}/list?email=ada`).text()).toBe("whole");
  expect(log).toEqual(["try 2, after no answer in time"]);
});

it("returns an answer without a body unchanged", async () => {
  expect((await client().get(`${standIn.url}/none`)).status).toBe(204);
});
