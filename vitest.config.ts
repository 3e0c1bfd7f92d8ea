import { defineConfig } from "vitest/config";

// The SDK says at each start that its next year's versions want Node 22; ours is pinned.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

// Catches hangs only, however slow and busy the machine is: no test relies on it, and none sets its own.
const hangMilliseconds = 10 * 60_000;

// `npm test` runs a part; whatever is heavy as a whole file is named `.long.test.ts` and left to `npm run
// test:long`.
const exclude = process.env.TESTS === "quick" ? ["test/**/*.long.test.ts"] : [];

/** The endpoint's tests that run on its bundles as well. `npm test` runs two of them. */
const others = process.env.TESTS === "quick" ? "" : ",chains,changes,keys,token-routes";

export default defineConfig({
  test: {
    // A tenth faster than processes.
    pool: "threads",
    // Files share their modules, which loads each once a worker: a fifth less CPU time.
    isolate: false,
    // One a core, and not one less: tests wait for processes and sockets.
    maxWorkers: "100%",
    testTimeout: hangMilliseconds,
    hookTimeout: hangMilliseconds,
    teardownTimeout: hangMilliseconds,
    // Prints failures and a summary. A test's logs are shown with its failure.
    reporters: ["minimal"],
    silent: "passed-only",
    globalSetup: ["test/global.ts"],
    setupFiles: ["test/setup.ts"],
    // Titles and differences are printed whole.
    chaiConfig: { truncateThreshold: 0 },
    projects: [
      ...(process.env.TESTS === "browser"
        ? [{ extends: true as const, test: { name: "browser", include: ["test/browser/*.browser.ts"], env } }]
        : []),
      { extends: true, test: { name: "sources", include: ["test/**/*.test.ts"], exclude, env } },
      {
        extends: true,
        test: {
          name: "bundles",
          include: [`test/endpoint/{delivery,overview${others}}.test.ts`],
          env: { ...env, HANDLERS: "bundles" },
        },
      },
    ],
  },
});
