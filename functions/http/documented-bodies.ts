import * as z from "zod/mini";
import { mediaTypes } from "./conversion.ts";
import { settingsSchema } from "./settings-schema.ts";

const transit = `stitchstream/0.1
Content-Type: transit
--
["^ ","~:type","RECORD","~:stream","inboxes","~:key_fields",["id"],"~:record",["^ ","id",1]]
["^ ","~:type","BOOKMARK","~:value",["^ ","inboxes","~m1468435557000"]]
`;
const jsonline = `stitchstream/0.1
Content-Type: jsonline
--
{"type":"RECORD","stream":"issues","key_fields":["id"],"record":{"id":1,"title":"First"}}
{"type":"BOOKMARK","value":{"issues":1}}
`;
const singer = `{"type":"SCHEMA","stream":"deals","key_properties":["id"],"schema":{"properties":{"id":{}}}}
{"type":"RECORD","stream":"deals","record":{"id":1}}
{"type":"STATE","value":{"deals":1}}
`;

/** The bodies of a delivery, as the OpenAPI document describes them. */
export const stitchstreamBody = {
  "application/octet-stream": {
    schema: z
      .string()
      .check(z.describe("A stitchstream, gzipped or not. Its own header names its encoding.")),
    examples: { transit, jsonline, singer },
  },
  "*/*": {
    schema: z
      .string()
      .check(
        z.describe(
          "A stitchstream with any other type. API Gateway escapes bodies of text types, such as " +
            "`application/json`, into Lambda's event of 6 MB: above 3.9 MB send `application/octet-stream`.",
        ),
      ),
    examples: { jsonline },
  },
};

/** The bodies of a manual change of the bookmark. */
export const bookmarkBody = {
  [mediaTypes.json]: { schema: z.unknown(), examples: { "a position": { issues: "2026-11-01" } } },
  [mediaTypes.transit]: {
    schema: z.unknown(),
    examples: { "an instant": ["^ ", "issues", "~m1468435557000"] },
  },
};

/** The body of a change of the settings. */
export const settingsBody = {
  [mediaTypes.json]: {
    schema: settingsSchema,
    examples: { "every hour": { expectedEvery: "PT1H" }, none: {} },
  },
};
