/**
 * The code under test logs to the process's own streams, as Lambda needs. Here such a line belongs to the
 * test that runs: vitest shows it if that test fails, and only then.
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
