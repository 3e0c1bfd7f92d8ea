/** An end whose message says it all, and the exit code it ends with. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit codes: docs/persist.md. */
export const exits = {
  failed: 1,
  usage: 2,
  refused: 3,
  unauthorized: 4,
  unavailable: 5,
  streamer: 6,
} as const;

/** The command line is wrong, and what would be right. */
export const usage = (message: string) => new CliError(message, exits.usage);
