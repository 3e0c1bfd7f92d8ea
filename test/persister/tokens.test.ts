import * as fc from "fast-check";
import { expect, it } from "vitest";
import { memoryTokens } from "../../functions/memory/tokens.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import type { Scope, StoredToken, TokenChange } from "../../functions/persister/ports.ts";
import { digestOf } from "../../functions/persister/tokens/digest.ts";
import type { Caller } from "../../functions/persister/tokens/permissions.ts";
import {
  createToken,
  type ListedToken,
  listTokens,
  revokeToken,
} from "../../functions/persister/tokens/tokens.ts";

/** Who may create, see and revoke which tokens. */
const began = 1_790_000_000_000;
const deadline = began + 60_000;
const scopes: readonly Scope[] = ["write", "read", "admin"];
const subsets = Array.from({ length: 8 }, (_, bits) => scopes.filter((_, i) => bits & (1 << i)));

function world() {
  let now = began;
  const changes: TokenChange[] = [];
  const tokens = memoryTokens({ now: () => now });
  const observer = { onTokenChange: (change: TokenChange) => void changes.push(change) };
  const parts = { tokens, clock: { now: () => now++ }, observer };
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { parts, changes, later };
}
type Parts = ReturnType<typeof world>["parts"];

const callerOf = (streamer: string, held: readonly Scope[]): Caller => ({
  id: "caller",
  requestId: "request",
  permissions: held.map(scope => ({ scope, streamer })),
});
const operator = callerOf("*", scopes);

const create = (parts: Parts, caller: Caller, streamer: string, given: readonly Scope[]) =>
  createToken({ caller, streamer, scopes: given, validUntil: undefined, deadline }, parts);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: PersisterError) => error.code,
  );

async function listAll(parts: Parts, caller: Caller, limit = 100, between = async () => {}) {
  const listed: ListedToken[] = [];
  for (let after = ""; ; ) {
    const page = await listTokens({ caller, after, limit, deadline }, parts);
    expect(page.tokens.length).toBeLessThanOrEqual(limit);
    listed.push(...page.tokens);
    if (page.next === undefined) return listed;
    after = page.next;
    await between();
  }
}

const covers = (own: string, streamer: string) => own === "*" || own === streamer;

it("a caller creates tokens with scopes that it has, where it is an admin, and no others", async () => {
  for (const own of ["github", "*"])
    for (const held of subsets)
      for (const streamer of ["github", "drift", "*"])
        for (const given of subsets.slice(1)) {
          const may =
            covers(own, streamer) && ["admin" as const, ...given].every(each => held.includes(each));
          const code = await codeOf(create(world().parts, callerOf(own, held), streamer, given));
          expect([own, held, streamer, given, code]).toEqual([
            ...[own, held, streamer, given],
            may ? "done" : "forbidden",
          ]);
        }
});

it("a caller sees and revokes the tokens of the streamers where it is an admin, and no others", async () => {
  for (const own of ["github", "*"])
    for (const held of subsets) {
      const { parts } = world();
      const caller = callerOf(own, held);
      const made = new Map<string, string>();
      for (const streamer of ["github", "drift", "*"])
        made.set(streamer, (await create(parts, operator, streamer, ["write"])).listed.id);
      const isVisible = (streamer: string) => held.includes("admin") && covers(own, streamer);
      const seen = (await listAll(parts, caller)).map(({ streamer }) => streamer);
      expect(seen).toEqual([...made.keys()].filter(isVisible));
      for (const [streamer, id] of made)
        expect(await codeOf(revokeToken({ caller, id, deadline }, parts))).toBe(
          isVisible(streamer) ? "done" : "no-token",
        );
      expect(parts.tokens.tokens.size).toBe([...made.keys()].filter(each => !isVisible(each)).length);
    }
});

it("every page lists what exists throughout, once and in order, whatever happens in between", async () => {
  const step = fc.oneof(
    fc.record({ create: fc.nat(8) }),
    fc.record({ revoke: fc.nat(30) }),
    fc.record({ pass: fc.integer({ min: 1, max: 5_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 12 }),
      fc.array(step, { maxLength: 12 }),
      async (limit, count, steps) => {
        const { parts, later } = world();
        const made: string[] = [];
        const newToken = async (n: number) => {
          const found = await create(parts, operator, `s${n}-${made.length}`, ["read"]);
          made.push(found.listed.id);
        };
        for (let n = 0; n < count; n++) await newToken(n);
        const before = new Set((await listAll(parts, operator)).map(({ id }) => id));
        const pending = [...steps];
        const listed = await listAll(parts, operator, limit, async () => {
          const next = pending.shift();
          if (next === undefined) return;
          if ("create" in next) await newToken(next.create);
          else if ("pass" in next) later(next.pass);
          else if (made[next.revoke] !== undefined)
            await codeOf(revokeToken({ caller: operator, id: made[next.revoke]!, deadline }, parts));
        });
        const ids = listed.map(({ id }) => id);
        const throughout = (await listAll(parts, operator)).map(({ id }) => id).filter(id => before.has(id));
        expect(ids.filter(id => throughout.includes(id))).toEqual(throughout);
        expect(new Set(ids).size).toBe(ids.length);
        const times = listed.map(({ createdAt }) => createdAt);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      },
    ),
    { numRuns: 60 },
  );
});

it("an expired token is listed as such, makes room for the next one, and can be revoked", async () => {
  const { parts, later } = world();
  const given = { caller: operator, streamer: "github", scopes: ["write" as const], deadline };
  const soon = { ...given, validUntil: began + 1_000 };
  const { listed } = await createToken(soon, parts);
  await createToken(soon, parts);
  await expect(createToken(soon, parts)).rejects.toMatchObject({
    code: "too-many-tokens",
    message: "The streamer github already has two live tokens with one of these scopes.",
    details: { hint: expect.stringMatching(/^Revoke [0-9a-f]{10} or [0-9a-f]{10} first\.$/) },
  });
  later(2_000);
  expect((await listAll(parts, operator)).map(({ isLive }) => isLive)).toEqual([false, false]);
  await createToken({ ...soon, validUntil: undefined }, parts);
  await revokeToken({ caller: operator, id: listed.id, deadline }, parts);
  expect((await listAll(parts, operator)).map(({ isLive }) => isLive)).toEqual([false, true]);
});

it("each change is in the audit, with who made it, and without a value or a digest", async () => {
  const { parts, changes } = world();
  const { token, listed } = await create(parts, operator, "github", ["read", "read"]);
  await codeOf(create(parts, callerOf("drift", scopes), "github", ["read"]));
  await revokeToken({ caller: operator, id: listed.id, deadline }, parts);
  await codeOf(revokeToken({ caller: operator, id: listed.id, deadline }, parts));
  const made = { token: listed.id, streamer: "github", scopes: ["read"], validUntil: undefined };
  const by = { by: "caller", requestId: "request", outcome: "done" };
  expect(changes).toEqual([
    { action: "create", ...made, ...by },
    { action: "revoke", ...made, ...by },
  ]);
  for (const secret of [token, digestOf(token)]) {
    expect(JSON.stringify(changes)).not.toContain(secret);
    expect(JSON.stringify(listed)).not.toContain(secret);
  }
});

it("a change whose outcome is unknown is in the audit as well", async () => {
  const { parts, changes } = world();
  const { listed } = await create(parts, operator, "github", ["read"]);
  const lost = () => Promise.reject(new PersisterError("tokens-unavailable", "no answer"));
  const failing = { ...parts, tokens: { ...parts.tokens, create: lost, revoke: lost } };
  expect(await codeOf(create(failing, operator, "drift", ["read"]))).toBe("tokens-unavailable");
  const revoked = revokeToken({ caller: operator, id: listed.id, deadline }, failing);
  expect(await codeOf(revoked)).toBe("tokens-unavailable");
  expect(changes.slice(1)).toMatchObject([
    { action: "create", outcome: "unknown", streamer: "drift" },
    { action: "revoke", outcome: "unknown", token: listed.id },
  ]);
});

it("an entry without its token, as it is while one is created or revoked, is not listed", async () => {
  const { parts } = world();
  const made: StoredToken[] = [];
  for (const streamer of ["a", "b", "c", "d"]) await create(parts, operator, streamer, ["read"]);
  made.push(...parts.tokens.tokens.values());
  const read = async (digest: string) =>
    digest === made[1]!.digest ? undefined : made.find(each => each.digest === digest);
  const halfway = { ...parts, tokens: { ...parts.tokens, read } };
  const page = await listTokens({ caller: operator, after: "", limit: 2, deadline }, halfway);
  expect(page.tokens.map(({ streamer }) => streamer)).toEqual(["a", "c"]);
  const rest = await listTokens({ caller: operator, after: page.next!, limit: 2, deadline }, halfway);
  expect([rest.tokens.map(({ streamer }) => streamer), rest.next]).toEqual([["d"], undefined]);
  const gone = revokeToken({ caller: operator, id: made[1]!.id, deadline }, halfway);
  expect(await codeOf(gone)).toBe("no-token");
});
