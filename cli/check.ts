import { open } from "node:fs/promises";
import { batchEncoder } from "../functions/import-api/encoder.ts";
import { importApiRules } from "../functions/import-api/rules.ts";
import { validate } from "../functions/persister/body/validate.ts";
import { PersisterError } from "../functions/persister/errors.ts";
import { wireBytesMax } from "../functions/persister/limits.ts";
import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import { segments } from "../functions/persister/segments/segment.ts";
import { stillClock } from "../functions/system-clock.ts";
import { CliError, exits } from "./cli-error.ts";
import { Findings, faultsNamedMax } from "./findings.ts";
import { gunzipIfZipped } from "./gunzip.ts";
import { assertLineFits } from "./gzip.ts";

/** How far a check has come. */
export interface CheckProgress {
  readonly name: string;
  /** The bytes that have been read, gzipped or not, and those of the whole file if that is known. */
  readonly bytes: number;
  readonly bytesTotal: number | undefined;
  readonly records: number;
}

/**
 * Checks a file, or stdin if its path is `-`, that holds a stitchstream, gzipped or not, in segments of at
 * most 4 MB. Sends nothing. `onProgress` is called for each segment.
 */
export async function check(path: string, onProgress: (progress: CheckProgress) => void): Promise<Findings> {
  const name = path === "-" ? "stdin" : path;
  const findings = new Findings(name);
  const destination = { sizes: batchEncoder(1), rules: importApiRules() };
  let bytes = 0;
  let bytesTotal: number | undefined;
  async function* read() {
    // Opened before there is a stream of it: nobody would hear what that one emits meanwhile.
    const file = path === "-" ? undefined : await open(path);
    bytesTotal = (await file?.stat())?.size;
    for await (const chunk of (file?.createReadStream() ?? process.stdin) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const segment of segments(gunzipIfZipped(read(), name), { clock: stillClock })) {
      await checkSegment(segment, destination, findings);
      if (findings.isEnough) break;
      onProgress({ name, bytes, bytesTotal, records: findings.records });
    }
  } catch (error) {
    end(error, name, findings);
  }
  return findings;
}

type Destination = Parameters<typeof validate>[1] & { readonly rules: ReturnType<typeof importApiRules> };

async function checkSegment(segment: Segment, destination: Destination, findings: Findings): Promise<void> {
  findings.hasAny = true;
  try {
    const contents = await destination.rules.schemas.withPatterns(() =>
      validate(segment.body, destination, faultsNamedMax),
    );
    if (segment.body.length > wireBytesMax) await assertLineFits(segment);
    findings.addContents(contents.countsByStream(), contents.bookmarks.length);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const { faults = [], faultsTotal = 0 } = error.details;
    // A faulty schema that is repeated in a segment's head was reported at its own line.
    const own = faults.filter(({ line }) => line > segment.headLines);
    const placed = own.map(fault => ({ ...fault, line: wholeLineOf(segment, fault.line) }));
    findings.addFaults(placed, faultsTotal - (faults.length - own.length));
  }
}

/** Notes why the stream can't be cut into segments any further, or read. Throws any other error. */
function end(error: unknown, name: string, findings: Findings): void {
  if (error instanceof PersisterError) {
    const { faults = [], faultsTotal = 0 } = error.details;
    findings.addFaults(faults, faultsTotal);
  } else if (error instanceof CliError) findings.break = error;
  else if (isOfFile(error))
    findings.break = new CliError(`${name} can't be read: ${error.code}.`, exits.usageError);
  else throw error;
}

const isOfFile = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error;
