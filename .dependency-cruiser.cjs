/** Who may import whom: CONTRIBUTING.md says it in words. */
const inner = "^functions/(stitchstream|persister|import-api|aws|http|program)/";

/** Nothing in `from` imports what matches `to`. */
const never = (name, from, to) => ({ name, severity: "error", from: { path: from }, to });

module.exports = {
  forbidden: [
    never("no cycles", "^(functions|streamers|cli|infra)/", {
      circular: true,
      viaOnly: { dependencyTypesNot: ["type-only"] },
    }),
    never("the format imports itself alone", "^functions/stitchstream/", {
      pathNot: ["^functions/stitchstream/", "node_modules/transit-js/"],
    }),
    never("the core knows the format and itself", "^functions/persister/", {
      pathNot: [
        "^functions/(stitchstream|persister)/",
        "^(node:)?(crypto|util|zlib)$",
        "node_modules/re2js/",
      ],
    }),
    never("the Import API's client knows ports, errors and limits", "^functions/import-api/", {
      path: "^functions/",
      pathNot: ["^functions/(import-api|stitchstream)/", "^functions/persister/(ports|errors|limits)\\.ts$"],
    }),
    never("HTTP knows ports, errors, limits, and what it asks and answers", "^functions/http/", {
      path: "^functions/",
      pathNot: [
        "^functions/(http|stitchstream)/",
        "^functions/persister/(ports|errors|limits|precondition|receipt|state|history|overview)\\.ts$",
      ],
    }),
    never("AWS's adapters know ports, errors, limits, and what a request is", "^functions/aws/", {
      path: "^functions/",
      pathNot: [
        "^functions/aws/",
        "^functions/persister/(ports|errors|limits|run|streaming)\\.ts$",
        "^functions/http/message\\.ts$",
      ],
    }),
    never("programs know what streaming is", "^functions/program/", {
      path: "^functions/",
      pathNot: ["^functions/program/", "^functions/persister/streaming\\.ts$"],
    }),
    never("the AWS SDK is AWS's adapters' alone", `${inner}`.replace("|aws", ""), {
      path: "node_modules/@aws-sdk/",
    }),
    never("handlers are imported by the local stack alone", "^functions/", {
      path: "^functions/(ingest|bookmark|change|schedule|overview|watch)\\.ts$",
    }),
    never(
      "only handlers are wired",
      "^functions/(?!(wire-run|ingest|bookmark|change|schedule|overview|watch)\\.ts$)",
      {
        path: "^functions/wire(-run)?\\.ts$",
      },
    ),
    never("functions know nothing of infra and tests", "^functions/", { path: "^(cli|infra|test)/" }),
    never("a streamer knows the format and itself", "^streamers/", {
      path: "^(functions|cli|infra|test)/",
      pathNot: "^functions/stitchstream/",
    }),
    never("the command knows neither AWS nor infra", "^cli/", {
      path: ["^functions/aws/", "^(infra|test)/", "node_modules/@aws-sdk/"],
    }),
    never("nothing imports a streamer", "^(functions|cli|infra)/", { path: "^streamers/" }),
    never("infra knows nothing of tests", "^infra/", { path: "^test/" }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
