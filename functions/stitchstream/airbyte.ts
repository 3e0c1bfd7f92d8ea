import { Malformed, stringOf } from "../values/scanner.ts";
import type { ValueReader } from "./reader.ts";

const refusal =
  "a message of Airbyte's protocol, which is neither Singer nor stitchstream: run a Singer tap instead";
/** Required fields of its record: airbytehq/airbyte-protocol, airbyte_protocol.yaml, AirbyteRecordMessage. */
const recordNames: readonly string[] = ["stream", "data", "emitted_at"];
/** `{"type":"STATE","state":{…}}`: AirbyteMessage in the same file. */
const state = /"state"\s*:\s*\{/;
const latin1 = new TextDecoder("latin1");

/** Throws if the RECORD just read, which has no stream, is one of Airbyte's. */
export function refuseAirbyteRecord({
  bytes,
  envelope: { record },
  recordMembers: members,
}: ValueReader): void {
  const names = Array.from({ length: members.count }, (_, n) =>
    stringOf(bytes, members.nameStart(n), members.nameEnd(n)),
  );
  if (recordNames.every(name => names.includes(name))) throw new Malformed(refusal, record.textStart);
}

/** Throws if the STATE at `start`, just read, which has no value, is one of Airbyte's. */
export function refuseAirbyteState({ bytes, position }: ValueReader, start: number): void {
  if (state.test(latin1.decode(bytes.subarray(start, position)))) throw new Malformed(refusal, start);
}
