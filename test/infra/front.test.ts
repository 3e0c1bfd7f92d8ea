import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { errorsOf } from "./packaged.ts";
import { at, type Template } from "./template.ts";

/** infra/front.yml, CloudFront and a web ACL before the HTTP API. */
const customTags = [
  { tag: "!Ref", resolve: (name: string) => ({ Ref: name }) },
  { tag: "!GetAtt", resolve: (name: string) => ({ "Fn::GetAtt": name.split(".") }) },
];
const template = parse(readFileSync(new URL("../../infra/front.yml", import.meta.url), "utf8"), {
  customTags,
}) as Template;

/** CloudFront caches these without a setting, or if an answer says so: "HTTP 4xx and 5xx status codes". */
const cached = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];

/** The errors that a distribution would answer to other callers, too. */
function keptBy({ Resources }: Template): number[] {
  const responses = at(Resources.Front?.Properties, "DistributionConfig.CustomErrorResponses") as {
    readonly ErrorCode: number;
    readonly ErrorCachingMinTTL: number;
  }[];
  const passed = responses.filter(each => each.ErrorCachingMinTTL === 0).map(each => each.ErrorCode);
  return cached.filter(status => !passed.includes(status));
}

it("is one that CloudFormation accepts, with the tags that its command names", async () => {
  const errors = await errorsOf(template);
  expect(errors.filter(error => !/^I9040: .*'(WebAcl|Front)'/.test(error))).toEqual([]);
});

it("keeps no error", () => {
  expect(keptBy(template)).toEqual([]);
  const seeded = structuredClone(template);
  const path = "DistributionConfig.CustomErrorResponses.2";
  Object.assign(at(seeded.Resources.Front?.Properties, path) as object, { ErrorCachingMinTTL: 10 });
  expect(keptBy(seeded)).toEqual([404]);
});
