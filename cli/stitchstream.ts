import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import manifest from "../package.json" with { type: "json" };

const { name, version } = manifest;
const { local } = manifest.config;

const usage = `${name} ${version}: a Persister endpoint on this machine

  ${name} up             runs the endpoint, with everything embedded, until Ctrl-C
  ${name} demo           sends one delivery through the whole stack, and prints each step
  ${name} sql "select …" queries the rows that the endpoint has accepted
  ${name} token          creates, lists and revokes tokens

They are in the package ${local}. \`persist --help\` shows how to send a stream to an endpoint.
`;

const commands = ["up", "demo", "sql", "token"];

/** Returns the file of a command in the local package, installed in this folder or next to this package. */
function locate(command: string): string | undefined {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return createRequire(from).resolve(`${local}/${command}`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "MODULE_NOT_FOUND" && code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
    }
  }
  return undefined;
}

function fail(message: string, exitCode: number) {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

const [command = "--help", ...args] = process.argv.slice(2);
if (command === "--help" || command === "-h") process.stdout.write(usage);
else if (command === "--version") process.stdout.write(`${name} ${version}\n`);
else if (!commands.includes(command))
  fail(`Unknown command: ${command}. The commands are ${commands.join(", ")}.`, 2);
else {
  const file = locate(command);
  if (file === undefined)
    fail(`${name} ${command} needs ${local}. Install it: npm install ${local}@${version}`, 1);
  else {
    process.argv = [process.argv[0]!, file, ...args];
    await import(pathToFileURL(file).href);
  }
}
