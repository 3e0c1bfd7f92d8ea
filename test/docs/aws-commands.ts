import { existsSync, readFileSync } from "node:fs";

/** Checks `aws` commands against the SDK's clients, whose declarations name each operation's input. */
const clients: Readonly<Record<string, string>> = {
  cloudformation: "cloudformation",
  dynamodb: "dynamodb",
  lambda: "lambda",
  s3api: "s3",
  secretsmanager: "secrets-manager",
  sns: "sns",
  sts: "sts",
};
/** Operations of other services, and the command's own, by botocore 1.29 and the AWS CLI 2's reference. */
const others: Readonly<Record<string, readonly string[]>> = {
  "budgets describe-budget": ["account-id", "budget-name"],
  "cloudformation deploy": ["stack-name", "template-file", "capabilities", "parameter-overrides", "tags"],
  "cloudwatch set-alarm-state": ["alarm-name", "state-value", "state-reason"],
  "dynamodb wait": ["table-name"],
  "lambda invoke": ["function-name", "invocation-type"],
  "s3 ls": ["recursive"],
  "s3 sync": [],
  "service-quotas list-requested-service-quota-change-history-by-quota": ["service-code", "quota-code"],
  "service-quotas request-service-quota-increase": ["service-code", "quota-code", "desired-value"],
};
const ofAll = ["query", "output", "region"];

/** The commands of a document, in its blocks and its text. */
export const commandsIn = (text: string): string[] => [
  ...[...text.matchAll(/^ *(aws [a-z0-9-]+ [^#\n]+)/gm)].map(([, command]) => command!.trim()),
  ...[...text.matchAll(/`(aws [a-z0-9-]+ [^`\n]+)`/g)].map(([, command]) => command!),
];

/** Returns what is wrong with a command; undefined if nothing is. */
export function faultOf(command: string): string | undefined {
  const [, service = "", operation = ""] = command.split(" ");
  const flags = [...command.matchAll(/ --(?:no-)?([a-z0-9-]+)/g)].map(([, flag]) => flag!);
  const known = others[`${service} ${operation}`] ?? inputOf(service, operation);
  if (known === undefined) return `there is no ${service} ${operation}`;
  const unknown = flags.filter(flag => ![...known, ...ofAll].some(each => plain(each) === plain(flag)));
  return unknown.length === 0 ? undefined : `${operation} has no ${unknown.map(flag => `--${flag}`)}`;
}

const plain = (name: string) => name.replaceAll("-", "").toLowerCase();

/** The members of an operation's input, as its client's documentation shows them. */
function inputOf(service: string, operation: string): string[] | undefined {
  const name = operation.replaceAll(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  const folder = `node_modules/@aws-sdk/client-${clients[service]}/dist-types/commands`;
  const file = new URL(`../../${folder}/${name}Command.d.ts`, import.meta.url);
  if (!existsSync(file)) return undefined;
  return [...readFileSync(file, "utf8").matchAll(/^ \* {3}(\w+): /gm)].map(([, member]) => member!);
}
