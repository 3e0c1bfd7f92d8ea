import { expect, it } from "vitest";
import type { TokenList } from "../../functions/persister/ports.ts";

/** A list, and how tokens are added to it and revoked. */
interface Subject {
  readonly list: TokenList;
  create(streamer: string, validUntil: number | undefined): Promise<{ readonly id: string }>;
  revoke(id: string): Promise<void>;
}

const day = 86_400_000;
const deadline = () => Date.now() + 60_000;
let subjects = 0;

/** The contract of every list of tokens. */
export function tokenListContract(subject: () => Subject): void {
  const name = () => `lists-${process.pid}-${subjects++}`;
  const now = Date.now();

  async function expiring({ list }: Subject, streamer: string, days: number) {
    const found = [];
    for await (const token of list.expiring(now + days * day, deadline()))
      if (token.streamer === streamer) found.push(token);
    return found;
  }

  it("lists tokens that expire by then, with what people need to know", async () => {
    const [each, streamer] = [subject(), name()];
    const { id } = await each.create(streamer, now + 10 * day);
    expect(await expiring(each, streamer, 9)).toEqual([]);
    expect(await expiring(each, streamer, 11)).toEqual([
      { digest: expect.any(String), id, streamer, scopes: ["read"], validUntil: now + 10 * day },
    ]);
  });

  it("lists none that never expires, or has expired", async () => {
    const [each, streamer] = [subject(), name()];
    await each.create(streamer, undefined);
    await each.create(streamer, now - day);
    expect(await expiring(each, streamer, 14)).toEqual([]);
  });

  it("lists none of which people were notified", async () => {
    const [each, streamer] = [subject(), name()];
    await each.create(streamer, now + day);
    const { id } = await each.create(streamer, now + 2 * day);
    const [first] = await expiring(each, streamer, 14);
    await each.list.noteNotified(first!.digest, deadline());
    const others = await expiring(each, streamer, 14);
    expect([others.length, others[0]!.id === first!.id]).toEqual([1, false]);
    expect([first!.id, others[0]!.id]).toContain(id);
  });

  it("lists none that was revoked, and a note brings none back", async () => {
    const [each, streamer] = [subject(), name()];
    const { id } = await each.create(streamer, now + day);
    const [token] = await expiring(each, streamer, 14);
    await each.revoke(id);
    await each.list.noteNotified(token!.digest, deadline());
    expect(await expiring(each, streamer, 14)).toEqual([]);
  });
}
