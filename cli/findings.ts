import { faultText } from "../functions/persister/body/faults.ts";
import type { Fault } from "../functions/persister/errors.ts";
import { faultsCountedMax } from "../functions/persister/limits.ts";
import { grouped } from "../functions/values/grouped.ts";
import { type CliError, exits } from "./cli-error.ts";
import { visible, withoutControls } from "./text.ts";
import { counted } from "./words.ts";

/** More would scroll the first fault away, which often causes the others. */
export const faultsNamedMax = 1_000;
/** GitHub shows no more annotations of one step. */
const annotationsMax = 10;

/** The result of a check of a stitchstream. */
export class Findings {
  readonly #name: string;
  readonly #faults: Fault[] = [];
  readonly #recordsByStream = new Map<string, number>();
  #total = 0;
  #bookmarks = 0;
  hasAny = false;
  /** Why the stream was not read to its end. */
  break: CliError | undefined;

  /** `name` is the file's path, or `stdin`. */
  constructor(name: string) {
    this.#name = name;
  }

  get isEnough(): boolean {
    return this.#total >= faultsCountedMax;
  }

  get records(): number {
    return [...this.#recordsByStream.values()].reduce((sum, count) => sum + count, 0);
  }

  get exitCode(): number {
    if (this.break !== undefined) return this.break.exitCode;
    return this.#total > 0 ? exits.refused : 0;
  }

  addContents(
    recordsByStream: Iterable<readonly [string, { readonly records: number }]>,
    bookmarks: number,
  ): void {
    for (const [stream, { records }] of recordsByStream)
      this.#recordsByStream.set(stream, (this.#recordsByStream.get(stream) ?? 0) + records);
    this.#bookmarks += bookmarks;
  }

  /** Adds faults by their lines in the stream, and counts those of `total` that are not given. */
  addFaults(faults: readonly Fault[], total: number): void {
    this.#total += total;
    this.#faults.push(...faults.slice(0, faultsNamedMax - this.#faults.length));
  }

  /** Returns what is in the stream, in a line, or its faults. */
  text(): string {
    const more = this.#total - this.#faults.length;
    const rest = this.isEnough ? [`and ${more} more; it was read no further`] : [`and ${more} more`];
    const name = visible(this.#name);
    const lines = this.#faults.map(fault => `${name}:${fault.line}: ${visible(faultText(fault, ""))}`);
    const said = [...lines, ...(more > 0 ? rest : []), ...(this.break ? [visible(this.break.message)] : [])];
    if (said.length > 0) return said.join("\n");
    if (!this.hasAny) return `${name}: empty, which means that there is nothing new`;
    const counts = [...this.#recordsByStream];
    const streams = counts.map(([stream, count]) => `${visible(stream)} ${grouped(count)}`).join(", ");
    const all = `${counted(this.records, "record")}${counts.length === 0 ? "" : ` (${streams})`}`;
    return `${name}: ${all}, ${counted(this.#bookmarks, "bookmark")}`;
  }

  /** Returns the same for programs. */
  json(): string {
    const streams = [...this.#recordsByStream].map(([stream, records]) => ({ stream, records }));
    const found = {
      file: this.#name,
      records: this.records,
      bookmarks: this.#bookmarks,
      streams,
      faultsTotal: this.#total,
      faults: this.#faults,
      readToEnd: this.break === undefined && !this.isEnough,
      error: this.break?.message,
    };
    return withoutControls(JSON.stringify(found, undefined, 2));
  }

  /**
   * Returns the first faults as commands of GitHub's workflows:
   * docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message.
   * They are escaped as github.com/actions/toolkit does in packages/core/src/command.ts.
   */
  annotations(): string {
    const file = escaped(this.#name).replaceAll(":", "%3A").replaceAll(",", "%2C");
    const shown = this.#faults.slice(0, annotationsMax);
    const broken = this.break && `::error file=${file}::${escaped(withoutControls(this.break.message))}\n`;
    return shown
      .map(
        fault =>
          `::error file=${file},line=${fault.line}::${escaped(withoutControls(faultText(fault, "")))}\n`,
      )
      .concat(broken ?? [])
      .join("");
  }
}

const escaped = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
