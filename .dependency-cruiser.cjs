/** Who may import whom: CONTRIBUTING.md says it in words. */
const inner =
  "^functions/(values|json-schema|stitchstream|persister|memory|import-api|postgres|aws|http|program)/";

/** The page's files that need no browser. */
const shared = "^functions/page/(answers|commits|fleet|json-tree|ranking|summaries|times)\\.ts$";

/** Nothing in `from` imports what matches `to`. */
const never = (name, from, to) => ({ name, severity: "error", from: { path: from }, to });

module.exports = {
  forbidden: [
    never("no cycles", "^(functions|streamers|cli|infra)/", {
      circular: true,
    }),
    never("values import themselves and buffers", "^functions/values/", {
      pathNot: ["^functions/values/", "^(node:)?buffer$"],
    }),
    never("JSON Schema knows values", "^functions/json-schema/", {
      pathNot: ["^functions/(json-schema|values)/", "node_modules/re2js/"],
    }),
    never("JSON Schema has one door", "^(functions/(?!json-schema/)|streamers/|cli/|infra/)", {
      path: "^functions/json-schema/(?!index\\.ts$)",
    }),
    never("the format knows values", "^functions/stitchstream/", {
      pathNot: ["^functions/(stitchstream|values)/"],
    }),
    never("the core knows the format, schemas and values", "^functions/persister/", {
      pathNot: ["^functions/(persister|stitchstream|json-schema|values)/", "^(node:)?(crypto|util|zlib)$"],
    }),
    never("only forward tracks which bookmark is safe", "^functions/(?!persister/forward/)", {
      path: "^functions/persister/forward/tracker\\.ts$",
    }),
    never("the Import API's client knows the core's ports", "^functions/import-api/", {
      path: "^functions/",
      pathNot: [
        "^functions/(import-api|stitchstream|values)/",
        "^functions/json-schema/index\\.ts$",
        "^functions/persister/(ports|destination|store|errors|limits|backoff|body/(contents|inference))\\.ts$",
      ],
    }),
    never("Postgres's writer knows the core's ports", "^functions/postgres/", {
      path: "^functions/",
      pathNot: [
        "^functions/(postgres|stitchstream|values)/",
        "^functions/persister/(ports|destination|errors|limits|backoff|body/contents)\\.ts$",
      ],
    }),
    never("the driver of PostgreSQL is its writer's alone", "^functions/(?!postgres/)", {
      path: "node_modules/(@types/)?pg/",
    }),
    never("HTTP knows the core's ports, requests and results", "^functions/http/", {
      path: "^functions/",
      pathNot: [
        "^functions/(http|stitchstream|values)/",
        "^functions/persister/(ports|store|entries|chains|errors|limits|receipt|duration)\\.ts$",
        "^functions/persister/(query/(overview|history|streamers)|commit/(precondition|settings|state))\\.ts$",
        "^functions/persister/tokens/",
      ],
    }),
    never("AWS's adapters know the core's ports, and what a request is", "^functions/aws/", {
      path: "^functions/",
      pathNot: [
        "^functions/aws/",
        "^functions/persister/(ports|store|entries|chains|errors|limits|backoff|replay-facts|all-settled)\\.ts$",
        "^functions/program/(run|streaming)\\.ts$",
        "^functions/http/http-message\\.ts$",
        "^functions/memoize\\.ts$",
      ],
    }),
    never("the memory's adapters know the core's ports", "^functions/memory/", {
      path: "^functions/",
      pathNot: [
        "^functions/(memory|values)/",
        "^functions/persister/(ports|destination|store|entries|chains|errors|limits|replay-facts|body/contents)\\.ts$",
      ],
    }),
    never("a run delivers as everybody does", "^functions/program/", {
      path: "^functions/",
      pathNot: [
        "^functions/program/",
        "^functions/persister/(persist|ports|store|errors|limits|deadline)\\.ts$",
        "^functions/persister/(commit/(lease|state)|segments/segment)\\.ts$",
      ],
    }),
    never("the AWS SDK is AWS's adapters' alone", `${inner}`.replace("|aws", ""), {
      path: "node_modules/@aws-sdk/",
    }),
    never("handlers are imported by the local stack alone", "^functions/", {
      path: "^functions/(ingest|bookmark|change|schedule|overview|watch|tokens)\\.ts$",
    }),
    never(
      "only handlers are wired",
      "^functions/(?!(by-route|wire-run|wire-watch|wire-tokens|ingest|bookmark|change|schedule|overview|watch|tokens)\\.ts$)",
      {
        path: "^functions/wire(-run)?\\.ts$",
      },
    ),
    never("the page runs in a browser, alone", "^functions/page/", { pathNot: ["^functions/page/"] }),
    never("nothing imports the page, which is bundled apart", "^(functions/(?!page/)|streamers|infra)", {
      path: "^functions/page/",
    }),
    never("the command shares what of the page needs no browser", "^cli/", {
      path: "^functions/page/",
      pathNot: [shared],
    }),
    never("what the command shares of the page needs no browser", shared, { pathNot: [shared] }),
    never("functions know nothing of infra and tests", "^functions/", { path: "^(cli|infra|test)/" }),
    never("a streamer knows the format and itself", "^streamers/", {
      path: "^(functions|cli|infra|test)/",
      pathNot: "^functions/(stitchstream|values)/",
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
