import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inlineBytesMax, rememberedDaysMax } from "../../functions/persister/limits.ts";
import { isAllowedBy, stagePattern, statementsOf, unmetBy } from "../infra/deployer.ts";
import { packaged } from "../infra/packaged.ts";
import { at, ofType, type Template } from "../infra/template.ts";
import { commandsIn, faultOf } from "./aws-commands.ts";

/** docs/operations.md names only what exists, and its sums are right. */
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/operations.md");
const pages = ["operations", "first-deploy", "deploying"].map(
  name => [name, read(`docs/${name}.md`)] as const,
);
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
const [defaults = ""] = read("serverless.yml").split("params:\n  default:\n")[1]!.split("\n\n");
const parameters = [...defaults.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name!);
const code = [
  read("functions/aws/accounts.ts"),
  read("functions/aws/cloud-watch.ts"),
  read("functions/program/program.ts"),
  read("infra/local/settings.ts"),
  read("infra/tokens/run.ts"),
  read("infra/ci.yml"),
  read("infra/deploy/outcome.ts"),
  read("infra/front.yml"),
].join();

let dir: string;
let template: Template & { readonly Outputs: object };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-operations-"));
  const domain = [
    "customDomain=a.example.com",
    "certificateArn=arn:aws:acm:us-east-1:123456789012:certificate/1b2c",
    "alarmAddress=ops@example.com",
    "scheduled=github",
  ];
  template = (await packaged(dir, domain)) as typeof template;
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const spans = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);

/** Names in the page that don't exist. */
function unknown(text: string): string[] {
  const resources = Object.keys(template.Resources);
  const known = [...resources, ...Object.keys(template.Outputs), ...parameters];
  const isKnown = (name: string) =>
    known.includes(name) ||
    new RegExp(`\\b${name}\\b`).test(code) ||
    // A variable of the shell or of a pipeline that the page itself uses.
    new RegExp(`(\\$|vars\\.)${name}\\b`).test(text) ||
    JSON.stringify(template).includes(`"${name}"`);
  const names = spans(text).flatMap(span => /^([A-Z][a-z]\w+|[A-Z][A-Z_0-9]{4,})$/.exec(span)?.[1] ?? []);
  const asked = [...text.matchAll(/--param (\w+)=/g)].map(([, name]) => name!);
  const outputs = [...text.matchAll(/<([A-Z]\w+)>/g)].map(([, name]) => name!);
  const environment = [...text.matchAll(/export (\w+)=\S+ (\w+)=/g)].flatMap(([, a, b]) => [a!, b!]);
  const table = [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => spans(cell!));
  const missing = [...names, ...asked, ...outputs, ...environment, ...table].filter(name => !isKnown(name));
  const commands = [...text.matchAll(/npm run (\w+)/g)].map(([, name]) => name!);
  return [...missing, ...commands.filter(name => scripts[name] === undefined)];
}

describe("every name in it exists", () => {
  it.each(pages)("in %s", (_, text) => expect(unknown(text)).toEqual([]));
  it.each([
    ["`AlarmTopics`", "AlarmTopics"],
    ["--param alarmAdress=x", "alarmAdress"],
    ["<TabelName>", "TabelName"],
    ["`DATA_DIRECTORY`", "DATA_DIRECTORY"],
    ["| `logDay` | 30 |", "logDay"],
    ["npm run undeploy", "undeploy"],
  ])("and %s would be noticed", (text, name) => expect(unknown(text)).toEqual([name]));
});

it("every alarm has its section, and every section its alarm", () => {
  const alarms = [
    ...ofType(template, "AWS::CloudWatch::Alarm"),
    ...ofType(template, "AWS::CloudWatch::CompositeAlarm"),
  ].map(({ name }) => name);
  const sections = [...page.matchAll(/^### `(\w+)`/gm)].map(([, name]) => name!);
  expect(sections.sort()).toEqual(alarms.sort());
});

it("every alarm's section says what has happened, how to confirm it, and what to do", () => {
  const [, alarms = ""] = page.split("## Reading an alarm");
  const [reading = ""] = alarms.split(/^## /m);
  const sections = reading.split(/^### /m).slice(1);
  const labels = ["**Meaning.**", "**Confirm.**", "**Do.**"];
  expect(sections.filter(section => !labels.every(label => section.includes(label)))).toEqual([]);
});

it("every parameter is in its table, with its default", () => {
  const said = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| (?:`(\w+)`|[^|]+) \|/gm)].flatMap(([, names]) =>
    spans(names!),
  );
  expect(parameters.filter(name => !said.includes(name))).toEqual([]);
  expect(parameters.length).toBeGreaterThan(10);
  for (const [, name, value] of page.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm))
    expect(defaults).toMatch(new RegExp(`^ {4}${name}: ${value}$`, "m"));
});

describe("every command in it is one that AWS has", () => {
  const commands = pages.flatMap(([, text]) => commandsIn(text));
  it.each(commands)("%s", command => expect(faultOf(command)).toBeUndefined());
  it("and there are some", () => expect(commands.length).toBeGreaterThan(40));
  it.each([
    ["aws dynamodb restore-tables --target-table-name x"],
    ["aws dynamodb delete-table --table-name x --name y"],
    ["aws lambda get-account-setting"],
    ["aws cloudwatch set-alarm-state --alarm x"],
  ])("and %s would be noticed", command => expect(faultOf(command)).toBeDefined());
});

it.each(pages)("every name of the stack in %s is in the template, or made by a command there", (_, text) => {
  const names = [...text.matchAll(/\bpersister-(?:prod|drill)(?:-\w+)*/g)].map(([name]) => name);
  expect(namesMissing(names, text)).toEqual([]);
  expect(namesMissing(["persister-prod-gateway"], text)).toEqual(["persister-prod-gateway"]);
});

function namesMissing(names: readonly string[], text: string): string[] {
  const all = JSON.stringify(template);
  const isMade = (name: string) =>
    new RegExp(`(target-table-name |"TableName": "|--stack-name )${name}\\b`).test(text);
  return names.filter(
    name => !all.includes(`"${name.replace(/persister-(prod|drill)/, "persister-dev")}"`) && !isMade(name),
  );
}

it("what is kept is kept for as long as the guide says", () =>
  expect(read("docs/deploying.md")).toMatch(
    new RegExp(`\\| items \`commit#…\`, .* in \`Table\` \\| ${rememberedDaysMax} days \\|`),
  ));

describe("the pipeline's service role", () => {
  it("allows what CloudFormation needs for each resource", async () =>
    expect(await unmetBy(statementsOf("ServiceRole"), template)).toEqual([]));
  it("allows the role that a fresh account lacks", async () => {
    const roles = "arn:aws:iam::123456789012:role/aws-service-role";
    const arn = `${roles}/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`;
    const isAllowed = isAllowedBy(statementsOf("ServiceRole"), "iam:CreateServiceLinkedRole", arn);
    expect(await isAllowed).toBe(true);
  });
  it("and one that lacks an action would be noticed", async () => {
    const without = statementsOf("ServiceRole").map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(action => action !== "dynamodb:CreateTable"),
    }));
    expect(await unmetBy(without, template)).toEqual([expect.stringContaining("dynamodb:CreateTable")]);
  });
  const inRegion = (service: string) => `arn:aws:${service}:us-east-1:123456789012`;
  it.each([
    ["dynamodb:DeleteTable", `${inRegion("dynamodb")}:table/other`],
    ["dynamodb:GetItem", `${inRegion("dynamodb")}:table/persister-dev-Table-1A2B`],
    ["lambda:UpdateFunctionCode", `${inRegion("lambda")}:function:persister-prod-ingest`],
    ["iam:CreateRole", "arn:aws:iam::123456789012:role/administrator"],
    ["s3:GetObject", "arn:aws:s3:::persister-dev-archive-1a2b/raw/github/body"],
    ["secretsmanager:GetSecretValue", `${inRegion("secretsmanager")}:secret:Secret-1A2B-AbCdEf`],
    ["cloudwatch:PutDashboard", "arn:aws:cloudwatch::123456789012:dashboard/persister-development"],
    ["logs:DeleteLogGroup", `${inRegion("logs")}:log-group:/aws/vendedlogs/http-api/persister-development`],
  ])("does not allow %s on %s", async (action, arn) =>
    expect(await isAllowedBy(statementsOf("ServiceRole"), action, arn)).toBe(false),
  );
});

it("the pipeline's stage has a name that its roles' patterns find again", () => {
  const stages = ["prod", "a".repeat(14), "a".repeat(15), "Prod", "1st"];
  expect(stages.filter(stage => stagePattern.test(stage))).toEqual(["prod", "a".repeat(14)]);
});

it("the pipeline's own stack is out of reach of the roles that it makes", () => {
  const [, name] = /--stack-name (\S+) --template-file infra\/ci\.yml/.exec(read("docs/deploying.md"))!;
  expect(name).not.toMatch(/^persister-/);
});

it("a restore reserves what the deploy had reserved for a scheduled streamer", () => {
  const [, runs] = /reservedConcurrency: (\d)/.exec(read("infra/scheduled.cjs"))!;
  expect(page).toContain(`and ${runs} for each streamer.`);
});

describe("what strangers can cost", () => {
  const rows = [
    ...page.matchAll(/^\| `POST` with bodies of (\d+) kB, ([\d.]+) s each \| ([\d.]+) \|$/gm),
  ].map(row => row.slice(1).map(Number) as [number, number, number]);
  it.each(rows)("%d kB, %d s: %d dollars", (kilobytes, seconds, dollars) => {
    const requests = Number(/^ {4}rate: (\d+)$/m.exec(defaults)![1]) * 30 * 86_400;
    const each =
      (price(/requests to the HTTP API/) * Math.ceil(kilobytes / 512) +
        price(/runs of a function/) +
        price(/read units of/) * 3 +
        price(/GB of logs/) * 1.5) /
        1_000_000 +
      price(/GB-second/) * 1.77 * seconds;
    expect((requests * each).toFixed(2)).toBe(dollars.toFixed(2));
  });
  it("in two sizes", () => expect(rows).toHaveLength(2));
});

const price = (unit: RegExp) => {
  const row = page.split("\n").find(line => line.startsWith("| ") && unit.test(line))!;
  return Number(row.split("|")[2]);
};

it("the fixed price is that of the template's alarms and the code's metrics", () => {
  const [row] = /^\| fixed: .*$/m.exec(page)!;
  const count = (type: string) => ofType(template, `AWS::CloudWatch::${type}`).length;
  const own = ofType(template, "AWS::CloudWatch::Alarm").filter(({ name }) => !name.startsWith("Run"));
  const watched = own.flatMap(({ resource }) => {
    const summed = (at(resource.Properties, "Metrics") ?? [{ MetricStat: {} }]) as readonly object[];
    return summed.filter(metric => "MetricStat" in metric);
  });
  const filters = ofType(template, "AWS::Logs::MetricFilter").length;
  const names = new Set([...code.matchAll(/addMetric\("(\w+)"/g)].map(([, name]) => name!));
  names.delete("BookmarkAge");
  const numbers = ["two", "eleven", "thirteen"];
  expect([count("CompositeAlarm"), own.length, names.size + filters]).toEqual([2, 11, 13]);
  for (const number of numbers) expect(row).toContain(number);
  expect(page).toContain("- Thirteen alarms, ");
  expect(row).toContain(`on ${watched.length} metrics`);
  // An alarm's metric, a composite alarm, a metric, the dashboard, a key, a secret.
  const dollars = 0.1 * watched.length + 0.5 * 2 + 0.3 * 13 + 3 + 1 + 0.4;
  expect(dollars.toFixed(2)).toBe(price(/fixed/).toFixed(2));
});

describe("what a month costs", () => {
  const million = 1_000_000;
  const gigabytesOfTerabyte = 1_024;
  const gigabytes = () =>
    Number((at(template.Resources.IngestLambdaFunction?.Properties, "MemorySize") as number) / 1_000);
  const tiers: readonly [price: RegExp, terabytes: number][] = [
    [/first 10 TB/, 10],
    [/next 40 TB/, 40],
    [/next 100 TB/, 100],
  ];
  const traffic = (total: number) => {
    let [rest, dollars] = [total, 0];
    for (const [unit, terabytes] of tiers) {
      const some = Math.min(rest, terabytes * gigabytesOfTerabyte);
      dollars += some * price(unit);
      rest -= some;
    }
    expect(rest).toBe(0);
    return dollars;
  };

  const cell = "([\\d.]+)";
  const rowOf = (cells: number) =>
    new RegExp(`^\\| ([^|]+) \\| ${Array(cells).fill(cell).join(" \\| ")} \\|$`, "gm");
  const rows = [...page.matchAll(rowOf(7))].map(
    ([, name, ...numbers]) => [name!, ...numbers.map(Number)] as [string, ...number[]],
  );
  it.each(rows)(
    "%s",
    (_, _streamers = 0, deliveries = 0, sent = 0, forwarded = 0, bookmark = 0, seconds = 0, dollars = 0) => {
      const [inline, large] = bookmark <= inlineBytesMax / 1_024 ? [bookmark, 0] : [0, bookmark];
      const each =
        (price(/requests to the HTTP API/) * Math.ceil(sent / 512) +
          price(/runs of a function/) +
          price(/PUTs to the archive/) +
          price(/GB in the archive/) * sent +
          (sent >= 128 ? price(/moves of bodies/) : 0) +
          price(/GB of logs/) * 1.5 +
          price(/write units of/) * (5 + 3 * Math.ceil(inline + 0.4)) +
          price(/read units of/) * 3 +
          (price(/GB in the table/) + price(/point-in-time/)) * 13.15 * (inline + 2.4) +
          (large > 0 ? price(/PUTs to the archive/) + price(/GB of large bookmarks/) * large : 0)) /
          million +
        price(/GB-second/) * Number(gigabytes().toFixed(2)) * seconds;
      const month =
        price(/fixed/) +
        traffic((deliveries * (forwarded + inline + large + 0.6)) / million) +
        deliveries * each;
      expect(month.toFixed(2)).toBe(dollars.toFixed(2));
    },
  );

  it("the README names the first one", () => {
    const [, price] = /#what-a-month-costs\) \$([\d.]+) a month/.exec(read("README.md"))!;
    expect([rows[0]![0], Number(price)]).toEqual(["three streamers, hourly", rows[0]!.at(-1)]);
  });

  it("in five sizes, and each has its row of what to raise", () => {
    expect(rows).toHaveLength(5);
    const monthSeconds = (365.25 / 12) * 86_400;
    const loads = rows.map(([name, , deliveries = 0, , , , seconds = 0]) => {
      const rate = deliveries / monthSeconds;
      return `| ${name} | ${Number(rate.toPrecision(2))} | ${Number((rate * seconds).toPrecision(2))} |`;
    });
    const said = [...page.matchAll(/^\| [^|]+ \| [\d.]+ \| [\d.]+ \|(?= [^|]+ \|$)/gm)].map(([row]) => row);
    expect(said).toEqual(loads);
  });
});
