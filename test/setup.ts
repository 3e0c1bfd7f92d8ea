/**
 * The code under test logs to the process's own streams, as Lambda requires. Here such a line belongs to
 * the running test: vitest shows it only if that test fails.
 */
const sentTo =
  (log: (text: string) => void): typeof process.stdout.write =>
  (chunk: string | Uint8Array, ...rest: unknown[]) => {
    log(String(typeof chunk === "string" ? chunk : Buffer.from(chunk)).replace(/\n$/, ""));
    const done = rest.at(-1);
    if (typeof done === "function") done();
    return true;
  };

process.stdout.write = sentTo(text => console.log(text));
process.stderr.write = sentTo(text => console.error(text));
