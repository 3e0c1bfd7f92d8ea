/** Bodies to begin with, in the OpenAPI document. */
export const transit = `stitchstream/0.1
Content-Type: transit
--
["^ ","~:type","RECORD","~:stream","inboxes","~:key_fields",["id"],"~:record",["^ ","id",1,"createdAt","~m1468435557000"]]
["^ ","~:type","BOOKMARK","~:value",["^ ","inboxes","~m1468435557000"]]
`;
export const jsonline = `stitchstream/0.1
Content-Type: jsonline
--
{"type":"RECORD","stream":"issues","key_fields":["id"],"record":{"id":1,"title":"First"}}
{"type":"BOOKMARK","value":{"issues":1}}
`;
export const singer = `{"type":"SCHEMA","stream":"deals","key_properties":["id"],"schema":{"type":"object","properties":{"id":{"type":"integer"}}}}
{"type":"RECORD","stream":"deals","record":{"id":1}}
{"type":"STATE","value":{"deals":1}}
`;
