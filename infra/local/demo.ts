import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { runCommand } from "../run-command.ts";
import { commands, root } from "./commands.ts";
import { formatTable, queryRows } from "./import-api/tables.ts";
import { readSettings } from "./settings.ts";
import { startStack } from "./stack.ts";

const streamPath = new URL("test/streams/inboxes.stitchstream", root);
/** Bold on a terminal, unless NO_COLOR is set. */
const heading = (text: string) =>
  console.log(
    process.stdout.isTTY && process.stdout.hasColors() ? `\n\u001b[1m${text}\u001b[0m` : `\n${text}`,
  );

/** Sends one delivery through the whole stack, in its own folder, which each run empties first. */
runCommand(async () => {
  const dataDir = join(process.env.DATA_DIR || ".local", "demo");
  await rm(dataDir, { recursive: true, force: true });
  const settings = readSettings({ DATA_DIR: dataDir, PORT: "0" });
  const stack = await startStack(settings);
  try {
    const stitchstream = await readFile(streamPath);
    const url = `${stack.url}/v1/streamers/drift`;
    const headers = { authorization: `Bearer ${settings.token}` };
    heading(`POST ${url}`);
    console.log(stitchstream.toString().trimEnd());

    const response = await fetch(url, { method: "POST", headers, body: stitchstream });
    const receipt = (await response.json()) as { archive: string };
    heading(`The receipt: ${response.status}`);
    console.log(JSON.stringify(receipt, null, 2));
    if (!response.ok) throw new Error("The delivery was refused.");

    heading("The rows that landed: select * from inboxes");
    console.log(
      formatTable(await queryRows(join(dataDir, "import-api"), "select * from inboxes order by id")),
    );

    heading("The bookmark");
    console.log(await (await fetch(`${url}/bookmark`, { headers })).text());

    heading("The archived bytes");
    const path = join(stack.archiveDir!, receipt.archive.replace("s3://", ""));
    const archived = await readFile(path);
    const comparison = archived.equals(stitchstream) ? "identical to the request body" : "CHANGED";
    console.log(
      `${receipt.archive}\n${relative(process.cwd(), path)}\n${archived.length} bytes, ${comparison}`,
    );
    if (!archived.equals(stitchstream)) throw new Error("The archive differs from the request body.");
    console.log(`\nNext: \`${commands.up}\` keeps the stack running, and prints commands to paste.`);
  } finally {
    await stack.close();
  }
});
