import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { commands, root } from "./commands.ts";
import type { Settings } from "./settings.ts";

/** The first line of `npm start`, up to the URL, and its last line. */
export const greeting = { up: "Persister is up at ", end: "Press Ctrl-C to stop." };

export interface Greeted {
  readonly url: string;
  readonly importApiUrl: string;
  /** Where the database with the rows is, if the sandbox is not used. */
  readonly rows: string | undefined;
  /** The data folder, as a person would name it. */
  readonly data: string;
  /** A line for each scheduled streamer. */
  readonly scheduled: readonly string[];
}

/** Returns what to do with a local stack that is up, as commands to paste. */
export function greetingOf(
  { token, dataDir }: Settings,
  { url, importApiUrl, rows, data, scheduled }: Greeted,
): string {
  const sample = relative(process.cwd(), fileURLToPath(new URL("test/streams/inboxes.stitchstream", root)));
  const of = dataDir === resolve(".local") ? "" : `DATA_DIR=${/^[\w./-]+$/.test(data) ? data : `'${data}'`} `;
  const header = `-H "Authorization: Bearer ${token}"`;
  return `${greeting.up}${url}, its data in ${data}/

See it in a browser, with the token ${token}:

  ${url}/

POST a stitchstream:

  curl ${header} --data-binary @${sample} ${url}/v1/streamers/drift

The last bookmark, and the rows that landed:

  curl ${header} ${url}/v1/streamers/drift/bookmark
  ${of}${rows === undefined ? `${commands.sqlWith}"select * from inboxes"` : commands.sql}

${
  rows === undefined
    ? `Records go to the Import API at ${importApiUrl}, to which \`persist -C\` can send them directly.`
    : `Records go to ${rows}, to which \`persist --postgres\` can send them directly.`
}

Streamers that run on a schedule once the environment has their credentials:

${scheduled.map(line => `  ${line}`).join("\n")}

${greeting.end}`;
}
