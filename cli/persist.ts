import { isSupportedNode, unsupportedNode } from "./node-version.ts";

// Everything else is in a file of its own: an old Node can't even read it, and reports that as a SyntaxError.
if (isSupportedNode(process.versions.node)) void import("./main.ts");
else {
  process.stderr.write(`${unsupportedNode("persist", process.versions.node)}\n`);
  process.exitCode = 1;
}
