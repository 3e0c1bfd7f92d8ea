import { expect, it } from "vitest";
import { runProgram } from "../../functions/program/output.ts";

it("a program's last words are read, and a daemon that keeps its stderr open is not waited for", async () => {
  const said: (string | undefined)[] = [];
  const onStderr = (chunk: Uint8Array | undefined) => void said.push(chunk && String(chunk));
  const script = "echo row; (sleep 3; echo late >&2) > /dev/null & echo Traceback >&2; exit 3";
  const env = { PATH: process.env.PATH };
  const program = { file: "sh", args: ["-c", script], env, onStderr };
  const printed: string[] = [];
  const run = async () => {
    for await (const chunk of runProgram(program, undefined, new AbortController().signal))
      printed.push(String(chunk));
  };
  await expect(run()).rejects.toThrow("sh exited with 3.");
  expect([printed.join(""), said]).toEqual(["row\n", ["Traceback\n", undefined]]);
});
