import { defineConfig } from "vitest/config";

// The SDK says at each start that its next year's versions want Node 22; ours is pinned.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

export default defineConfig({
  test: {
    // A tenth faster than processes.
    pool: "threads",
    // One a core, and not one less: tests wait for processes and sockets.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      { extends: true, test: { name: "sources", include: ["test/**/*.test.ts"], env } },
      {
        extends: true,
        test: {
          name: "bundles",
          include: ["test/endpoint/{chains,changes,delivery,keys,overview}.test.ts"],
          env: { ...env, HANDLERS: "bundles" },
        },
      },
    ],
  },
});
