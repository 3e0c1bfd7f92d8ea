import { afterEach } from "vitest";
import { type ImportApiOptions, importApi } from "../../functions/import-api/client.ts";
import type { ImportRequest } from "../../functions/import-api/request.ts";
import { leapingClock } from "./leaping-clock.ts";
import { type ScriptedServer, type Step, startScriptedServer } from "./scripted-server.ts";

export const token = "at_0123456789abcdef";
export const account = { clientId: 4242, token };
export const request: ImportRequest = {
  endpoint: "push",
  contentType: "application/json",
  body: Buffer.from('[{"é":"😀"}]'),
};
export const minute = 60_000;

const open: ScriptedServer[] = [];

/** Closes everything that a test has opened. */
export function closeServersAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map(server => server.close()));
  });
}

/**
 * A client of a scripted server, on a leaping clock. `time` of a `send` is the time until its deadline, in
 * ms.
 */
export async function scripted(steps: readonly [Step, ...Step[]], options: Partial<ImportApiOptions> = {}) {
  const server = await startScriptedServer(steps);
  open.push(server);
  const clock = leapingClock();
  const api = importApi({ url: server.url, account, clock, random: () => 0.5, ...options });
  const send = (sent = request, time = minute) => api.send(sent, clock.now() + time);
  return { server, clock, api, send };
}
