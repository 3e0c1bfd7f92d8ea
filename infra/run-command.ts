import { DirectoryTaken } from "./local/lock-directory.ts";
import { SettingsError } from "./local/settings.ts";

/** An error that is the caller's to mend: its message says it all. */
export class Told extends Error {
  override readonly name = "Told";
}

/** Runs a command's work; what goes wrong is said in a sentence, with a stack only where it is our fault. */
export function failClearly(work: () => Promise<unknown>): void {
  work().catch(error => {
    console.error(sentence(error));
    process.exit(1);
  });
}

function sentence(error: unknown): string {
  if (error instanceof SettingsError) return `A setting is wrong:\n${error.message}`;
  if (error instanceof DirectoryTaken || error instanceof Told) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is taken. Set PORT to another one, or to 0 for any that is free.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
