import manifest from "../package.json" with { type: "json" };
import { CommandError, runCommand } from "./run-command.ts";

/** Refuses a tag that is not the version, and packages that don't name the repository that they are from. */
runCommand(async () => {
  const [tag, repository] = process.argv.slice(2);
  const { version } = manifest;
  if (tag !== `v${version}`)
    throw new CommandError(`The tag is ${tag}, and the version in package.json is ${version}.`);
  const named = manifest.repository.replace(/\.git$/, "");
  if (named !== repository)
    throw new CommandError(
      `The repository in package.json is "${named}". Set it to ${repository}, or npm refuses the provenance.`,
    );
});
