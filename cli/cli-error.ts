/** An error whose message is for the user, and the exit code of the process. */
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
  usageError: 2,
  refused: 3,
  unauthorized: 4,
  unavailable: 5,
  streamer: 6,
} as const;

/** The command line is wrong; the message says what would be right. */
export const usageError = (message: string) => new CliError(message, exits.usageError);
