import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A tenth faster than processes.
    pool: "threads",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The SDK says at each start that its next year's versions want Node 22; ours is pinned.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
});
