import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { StoredToken, TokenEntry, TokenStore } from "../../functions/persister/ports.ts";

const deadline = () => Date.now() + 60_000;

/** The contract of every store of tokens. */
export function tokenStoreContract(store: () => TokenStore): void {
  const token = (others: Partial<StoredToken> = {}): StoredToken => ({
    digest: randomBytes(32).toString("hex"),
    id: randomBytes(5).toString("hex"),
    streamer: "github",
    scopes: ["write", "read"],
    createdAt: 1_790_000_000_000,
    validUntil: undefined,
    usedOn: undefined,
    ...others,
  });

  async function entriesOf(from: TokenStore, ...digests: readonly string[]) {
    const found: TokenEntry[] = [];
    for await (const { digest, id, streamer, createdAt } of from.entries(deadline()))
      if (digests.includes(digest)) found.push({ digest, id, streamer, createdAt });
    return found;
  }

  it("reads a token that was created, and lists its entry", async () => {
    const [each, made] = [store(), token({ streamer: "*", validUntil: Date.now() + 86_400_000 })];
    expect(await each.create(made, deadline())).toBe(true);
    expect(await each.read(made.digest, deadline())).toEqual(made);
    const { digest, id, streamer, createdAt } = made;
    expect(await entriesOf(each, digest)).toEqual([{ digest, id, streamer, createdAt }]);
  });

  it("reads none that was never created", async () => {
    expect(await store().read(token().digest, deadline())).toBeUndefined();
  });

  it("keeps nothing of one that was revoked, and revokes it again", async () => {
    const [each, made, other] = [store(), token(), token()];
    for (const one of [made, other]) await each.create(one, deadline());
    for (let time = 0; time < 2; time++) {
      await each.revoke(made.digest, deadline());
      expect(await each.read(made.digest, deadline())).toBeUndefined();
      expect(await entriesOf(each, made.digest, other.digest)).toMatchObject([{ digest: other.digest }]);
    }
  });
}
