import * as z from "zod/mini";
import { repositoryOf } from "./github/client.ts";
import { commits } from "./github/commits.ts";
import { issues } from "./github/issues.ts";
import { pullRequests } from "./github/pull-requests.ts";
import { releases } from "./github/releases.ts";
import { stargazers } from "./github/stargazers.ts";
import { program } from "./program.ts";
import { address, streamer } from "./streamer.ts";

/** Commits, issues, pull requests, releases and stargazers of a repository. */
export const github = streamer({
  name: "github",
  about: "Streams a GitHub repository's commits, issues, pull requests, releases and stargazers.",
  environment: z.object({
    GITHUB_ACCESS_TOKEN: z.string().check(z.describe("a token that may read the repository")),
    GITHUB_REPO_PATH: z
      .string()
      .check(
        z.regex(/^[\w.-]+\/[\w.-]+$/, "it has the form owner/repository"),
        z.describe("owner/repository"),
      ),
    GITHUB_API_URL: z
      ._default(address, "https://api.github.com")
      .check(z.describe("GitHub Enterprise's, …/api/v3")),
  }),
  sources: ({ GITHUB_ACCESS_TOKEN: token, GITHUB_REPO_PATH: path, GITHUB_API_URL: url }, run) => {
    const repository = repositoryOf(token, path, url, run);
    return [commits, issues, pullRequests, releases, stargazers].map(source => source(repository));
  },
});

await program(github, import.meta);
