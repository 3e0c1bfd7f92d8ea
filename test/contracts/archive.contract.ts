import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { Archive } from "../../functions/persister/ports.ts";

const deadline = () => Date.now() + 600_000;

/** The contract of every implementation of Archive. `read` returns what is stored under a key. */
export function archiveContract(
  make: () => { archive: Archive; read: (key: string) => Promise<Uint8Array> },
): void {
  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("stitchstream/0.1\n✓")],
    ["any bytes", Buffer.from([0, 255, 13, 10, 128])],
    ["4.5 MB", Buffer.alloc(4_500_000, "persister ")],
  ])("keeps %s, byte for byte", async (_name, bytes) => {
    const { archive, read } = make();
    const key = `raw/contract/2026/11/23/${randomUUID()}.stitchstream`;
    expect(await archive.put(key, bytes, deadline())).toMatch(new RegExp(`^[a-z0-9]+://.*${key}$`));
    expect(Buffer.from(await read(key)).equals(bytes)).toBe(true);
  });

  it("never overwrites", async () => {
    const { archive, read } = make();
    const key = `raw/contract/${randomUUID()}`;
    await archive.put(key, Buffer.from("first"), deadline());
    await expect(archive.put(key, Buffer.from("second"), deadline())).rejects.toMatchObject({
      code: "archive-unavailable",
    });
    expect(Buffer.from(await read(key)).toString()).toBe("first");
  });
}
