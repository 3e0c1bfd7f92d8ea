import type { Parts } from "../../functions/persister/persist.ts";
import type { Streamer } from "../../functions/persister/store.ts";
import type { Step } from "../simulation/steps.ts";
import type { Steps } from "./steps.ts";

/** The collaborators of a delivery. Each call is a step. */
export function instrumented(parts: Parts, steps: Steps): Parts {
  const { streamers, history, deliveries, log, archive, destinations } = parts;
  /** By streamer, the revision at which its lease was taken. */
  const leased = new Map<string, number>();
  const stepOf = ({ name, lease, commit }: Streamer): Step => {
    const revision = commit?.revision ?? 0;
    if (lease === undefined) return revision > (leased.get(name) ?? 0) ? "commit" : "release";
    leased.set(name, revision);
    return "begin";
  };
  return {
    ...parts,
    streamers: {
      ...streamers,
      read: (...args) => steps.during("read", () => streamers.read(...args)),
      readWithSettings: (...args) => steps.during("read", () => streamers.readWithSettings(...args)),
      write: (next, deadline) => steps.during(stepOf(next), () => streamers.write(next, deadline)),
    },
    history: { ...history, file: (...args) => steps.during("history", () => history.file(...args)) },
    deliveries: {
      read: (...args) => steps.during("look-up", () => deliveries.read(...args)),
      write: (next, deadline) =>
        steps.during(next.receipt ? "receipt" : "save-record", () => deliveries.write(next, deadline)),
    },
    log: {
      ...log,
      file: (next, deadline) =>
        steps.during(next.receipt ? "receipt" : "failure", () => log.file(next, deadline)),
    },
    archive: { put: (...args) => steps.during("archive", () => archive.put(...args)) },
    destinations: {
      of: async (...args) => {
        const destination = await destinations.of(...args);
        return {
          ...destination,
          prepare: async outgoing => {
            const writer = await destination.prepare(outgoing);
            return { ...writer, write: (...batch) => steps.during("forward", () => writer.write(...batch)) };
          },
        };
      },
    },
  };
}
