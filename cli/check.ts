import { createReadStream } from "node:fs";
import { batchEncoder } from "../functions/import-api/encoder.ts";
import { importApiRules } from "../functions/import-api/rules.ts";
import { faultText } from "../functions/persister/body/faults.ts";
import { validate } from "../functions/persister/body/validate.ts";
import { PersisterError } from "../functions/persister/errors.ts";
import { faultsCountedMax, wireBytesMax } from "../functions/persister/limits.ts";
import type { Clock } from "../functions/persister/ports.ts";
import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import { segments } from "../functions/persister/segments/segment.ts";
import { CliError, exits } from "./cli-error.ts";
import { gunzipIfZipped } from "./gunzip.ts";
import { gzipSegment } from "./gzip.ts";
import { counted } from "./words.ts";

/** More would scroll the first fault away, which often causes the others. */
const faultsNamedMax = 1_000;
/** Time stands still, so that a file is cut the same way however slowly it is read. */
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };

/**
 * Checks a file that holds a stitchstream, gzipped or not, in the segments that a run would send. Sends
 * nothing. Rejects with CliError, which names every fault by its line in the file.
 */
export async function check(path: string): Promise<string> {
  const findings = new Findings(path);
  try {
    for await (const segment of segments(gunzipIfZipped(createReadStream(path), path), { clock })) {
      await findings.checkSegment(segment);
      if (findings.isEnough) break;
    }
  } catch (error) {
    findings.end(error);
  }
  return findings.verdict();
}

/** The contents and faults of a file's segments. */
class Findings {
  readonly #destination = { sizes: batchEncoder(1), rules: importApiRules() };
  readonly #path: string;
  readonly #lines: string[] = [];
  readonly #recordsByStream = new Map<string, number>();
  #hasAny = false;
  #bookmarks = 0;
  #faults = 0;
  /** Why the file was not read to its end. */
  #break: CliError | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isEnough(): boolean {
    return this.#faults >= faultsCountedMax;
  }

  async checkSegment(segment: Segment): Promise<void> {
    this.#hasAny = true;
    try {
      const contents = await this.#destination.rules.schemas.withPatterns(() =>
        validate(segment.body, this.#destination, faultsNamedMax),
      );
      if (segment.body.length > wireBytesMax) await gzipSegment(segment);
      for (const [stream, { records }] of contents.countsByStream())
        this.#recordsByStream.set(stream, (this.#recordsByStream.get(stream) ?? 0) + records);
      this.#bookmarks += contents.bookmarks.length;
    } catch (error) {
      if (!(error instanceof PersisterError)) throw error;
      this.#add(error, segment);
    }
  }

  /** Records why the file can't be cut into segments any further, or read. Throws any other error. */
  end(error: unknown): void {
    if (error instanceof PersisterError) return this.#add(error);
    if (error instanceof CliError) this.#break = error;
    else if (isOfFile(error))
      this.#break = new CliError(`${this.#path} can't be read: ${error.code}.`, exits.usageError);
    else throw error;
  }

  /** Returns a summary of the file. Throws CliError if there is any fault. */
  verdict(): string {
    const more = this.#faults - this.#lines.length;
    const rest = this.isEnough ? [`and ${more} more; it was read no further`] : [`and ${more} more`];
    const said = [...this.#lines, ...(more > 0 ? rest : []), ...(this.#break ? [this.#break.message] : [])];
    if (said.length > 0) throw new CliError(said.join("\n"), this.#break?.exitCode ?? exits.refused);
    if (!this.#hasAny) return `${this.#path}: empty, which means that there is nothing new`;
    const counts = [...this.#recordsByStream];
    const records = counts.reduce((sum, [, count]) => sum + count, 0);
    const streams = counts.map(([name, count]) => `${name} ${count.toLocaleString("en")}`).join(", ");
    const all = `${counted(records, "record")}${counts.length === 0 ? "" : ` (${streams})`}`;
    return `${this.#path}: ${all}, ${counted(this.#bookmarks, "bookmark")}`;
  }

  #add({ details: { faults = [], faultsTotal = 0 } }: PersisterError, segment?: Segment): void {
    // A faulty schema that is repeated in a segment's head was reported at its own line.
    const own = faults.filter(({ line }) => segment === undefined || line > segment.headLines);
    this.#faults += faultsTotal - (faults.length - own.length);
    for (const fault of own.slice(0, faultsNamedMax - this.#lines.length)) {
      const line = segment === undefined ? fault.line : wholeLineOf(segment, fault.line);
      this.#lines.push(`${this.#path}:${line}: ${faultText(fault, "")}`);
    }
  }
}

const isOfFile = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error;
