import { expect, it } from "vitest";
import { validate } from "../../functions/persister/body/validate.ts";
import type { Destination } from "../../functions/persister/destination.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { forward } from "../../functions/persister/forward/forward.ts";
import { activation, body, keyed, record } from "../postgres/stream.ts";

/** A destination, and the numbers `n` in the rows of a stream, ascending. */
export interface Subject {
  readonly destination: Destination;
  numbers(stream: string): Promise<readonly number[]>;
}

/** Sends a delivery whose sequences begin with a thousand times `n`. Resolves to its safe bookmark. */
async function send(destination: Destination, n: number, text: string): Promise<string | undefined> {
  const contents = validate(Buffer.from(text), destination);
  const writer = await destination.prepare({
    contents,
    delivery: `delivery-${n}`,
    firstSequence: BigInt(n) * 1_000n,
    receivedAt: 1_700_000_000_000,
    deadline: Date.now() + 60_000,
  });
  const { sizes, batchesInFlightMax } = destination;
  const sent = await forward(tracker => batches(contents, sizes, tracker), writer, batchesInFlightMax);
  expect(sent.refusal).toBeUndefined();
  return sent.safe && Buffer.from(sent.safe.value).toString();
}

let streams = 0;

/** The behavior of every destination. `open` returns one that may have rows of other streams. */
export function destinationContract(open: () => Subject): void {
  const newStream = () => `contract_${streams++}`;

  it("accepts a delivery, and its last bookmark is safe then", async () => {
    const { destination, numbers } = open();
    const s = newStream();
    const lines = [keyed(s, { id: 1, n: 1 }), '{"type":"STATE","value":{"at":1}}', keyed(s, { id: 2, n: 2 })];
    expect(await send(destination, 1, body(...lines, '{"type":"STATE","value":{"at":2}}'))).toBe('{"at":2}');
    expect(await numbers(s)).toEqual([1, 2]);
  });

  it("keeps the row with the highest sequence, in whatever order they arrive", async () => {
    const { destination, numbers } = open();
    const s = newStream();
    await send(destination, 2, body(keyed(s, { id: 1, n: 20 }), keyed(s, { id: 1, n: 21 })));
    await send(destination, 1, body(keyed(s, { id: 1, n: 10 }), keyed(s, { id: 2, n: 11 })));
    expect(await numbers(s)).toEqual([11, 21]);
  });

  it("is as it was after the same delivery is sent again", async () => {
    const { destination, numbers } = open();
    const s = newStream();
    const text = body(keyed(s, { id: 1, n: 1 }), keyed(s, { id: 2, n: 2 }));
    await send(destination, 1, text);
    await send(destination, 2, body(keyed(s, { id: 1, n: 3 })));
    await send(destination, 1, text);
    expect(await numbers(s)).toEqual([2, 3]);
  });

  it("appends rows without keys", async () => {
    const { destination, numbers } = open();
    const s = newStream();
    await send(destination, 1, body(record(s, { n: 1 }), record(s, { n: 1 })));
    await send(destination, 2, body(record(s, { n: 1 })));
    expect(await numbers(s)).toEqual([1, 1, 1]);
  });

  it("replaces a table by its active version, which an old delivery does not undo", async () => {
    const { destination, numbers } = open();
    const s = newStream();
    const first = body(keyed(s, { id: 1, n: 1 }, 1), keyed(s, { id: 2, n: 2 }, 1), activation(s, 1));
    await send(destination, 1, first);
    await send(destination, 2, body(keyed(s, { id: 1, n: 3 }, 2), activation(s, 2)));
    expect(await numbers(s)).toEqual([3]);
    await send(destination, 1, first);
    expect(await numbers(s)).toEqual([3]);
  });
}
