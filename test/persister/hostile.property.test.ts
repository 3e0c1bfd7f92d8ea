import fc from "fast-check";
import { expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { numRuns } from "../runs.ts";
import { bytesOf, hostileBodies } from "../streams/bodies.ts";
import { requestsOf } from "./delivery.ts";

const bytes = 30_000;

it("a body that nobody sends by chance is written to batches or refused, and nothing else", () => {
  fc.assert(
    fc.property(
      hostileBodies,
      fc.double({ min: 0, max: 2, noNaN: true, maxExcluded: true }),
      fc.nat(255),
      (body, place, byte) => {
        const whole = bytesOf(body, bytes);
        // Half of them with a byte changed somewhere.
        if (place < 1) whole[Math.floor(place * whole.length)] = byte;
        try {
          requestsOf(whole);
        } catch (error) {
          if (!(error instanceof PersisterError)) throw error;
          const lines = whole.toString("latin1").split("\n").length;
          const { faults } = error.details;
          expect(faults?.length).toBeGreaterThan(0);
          for (const { line } of faults!) expect(line).toSatisfy(at => at >= 1 && at <= lines);
        }
      },
    ),
    { numRuns: numRuns(60) },
  );
});
