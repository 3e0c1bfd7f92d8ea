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
import { unzipped } from "./gunzip.ts";
import { wireForm } from "./gzip.ts";

/** More would scroll away the first, which is often why there are others. */
const faultsNamedMax = 1_000;
const destination = { encoder: batchEncoder(1), rules: importApiRules };
/** A file is cut alike however slowly it is read. */
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) };

/**
 * Checks a stitchstream in a file, gzipped or not, in the segments that would be sent, with nothing sent.
 * Rejects with CliError, which names every fault by its line in the file.
 */
export async function check(path: string): Promise<string> {
  const findings = new Findings(path);
  try {
    for await (const segment of segments(unzipped(createReadStream(path), path), { clock })) {
      await findings.look(segment);
      if (findings.isEnough) break;
    }
  } catch (error) {
    findings.end(error);
  }
  return findings.verdict();
}

/** What a file's segments hold, and what is wrong with them. */
class Findings {
  readonly #path: string;
  readonly #lines: string[] = [];
  readonly #recordsByStream = new Map<string, number>();
  #hasAny = false;
  #bookmarks = 0;
  #faults = 0;
  /** Why it was not read to its end. */
  #break: CliError | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isEnough(): boolean {
    return this.#faults >= faultsCountedMax;
  }

  async look(segment: Segment): Promise<void> {
    this.#hasAny = true;
    try {
      const contents = validate(segment.body, destination, faultsNamedMax);
      if (segment.body.length > wireBytesMax) await wireForm(segment);
      for (const [stream, count] of contents.recordsByStream())
        this.#recordsByStream.set(stream, (this.#recordsByStream.get(stream) ?? 0) + count);
      this.#bookmarks += contents.bookmarks.length;
    } catch (error) {
      if (!(error instanceof PersisterError)) throw error;
      this.#add(error, segment);
    }
  }

  /** Of a stream that can't be cut any further, or read. */
  end(error: unknown): void {
    if (error instanceof PersisterError) return this.#add(error);
    if (error instanceof CliError) this.#break = error;
    else if (isOfFile(error))
      this.#break = new CliError(`${this.#path} can't be read: ${error.code}.`, exits.usage);
    else throw error;
  }

  /** What there is. Throws CliError where anything is wrong. */
  verdict(): string {
    const more = this.#faults - this.#lines.length;
    const rest = this.isEnough ? [`and ${more} more; it was read no further`] : [`and ${more} more`];
    const said = [...this.#lines, ...(more > 0 ? rest : []), ...(this.#break ? [this.#break.message] : [])];
    if (said.length > 0) throw new CliError(said.join("\n"), this.#break?.exitCode ?? exits.refused);
    if (!this.#hasAny) return `${this.#path}: empty, which says that there is nothing new`;
    const counts = [...this.#recordsByStream];
    const records = counts.reduce((sum, [, count]) => sum + count, 0);
    const streams = counts.map(([name, count]) => `${name} ${count}`).join(", ");
    return `${this.#path}: ${records} records (${streams}), ${this.#bookmarks} bookmarks`;
  }

  #add({ details: { faults = [], faultsTotal = 0 } }: PersisterError, segment?: Segment): void {
    // A faulty schema that is repeated at a head was told where it came.
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
