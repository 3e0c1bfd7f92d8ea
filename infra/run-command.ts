import { DirectoryLocked } from "./local/lock-directory.ts";
import { SettingsError } from "./local/settings.ts";

/** An error that the caller can fix. Its message says everything. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Runs a command's work, and prints a failure as a sentence, or with its stack if it is our fault. */
export function runCommand(work: () => Promise<unknown>): void {
  // The reader of a pipe, such as `head -1`, has what it needs.
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));
  work().catch(error => {
    console.error(sentence(error));
    process.exit(1);
  });
}

function sentence(error: unknown): string {
  if (error instanceof SettingsError) return `A setting is not valid:\n${error.message}`;
  if (error instanceof DirectoryLocked || error instanceof CommandError) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Set PORT to another one, or to 0 for any free port.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
