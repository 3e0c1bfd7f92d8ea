/**
 * Ends `npm start` and `npm run demo` with a sentence on a Node that is too old for the loader of TypeScript,
 * which would end with "bad option" or a SyntaxError. It is plain enough for every Node to read.
 */
const { engines } = require("../package.json");

const required = engines.node.replace(">=", "");
const [major, minor] = process.versions.node.split(".").map(Number);
const [majorMin, minorMin] = required.split(".").map(Number);
if (major < majorMin || (major === majorMin && minor < minorMin)) {
  console.error(`Persister needs Node ${required} or later, and this is Node ${process.versions.node}.`);
  process.exit(1);
}
