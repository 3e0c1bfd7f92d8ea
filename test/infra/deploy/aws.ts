import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { type Listening, listen } from "../../../infra/local/listen.ts";
import { startS3 } from "../../../infra/local/s3/s3.ts";
import { Account, type StandInTemplate } from "./account.ts";
import { cloudFormation, Refused } from "./cloud-formation.ts";
import { xmlOf } from "./xml.ts";

/** A stand-in for the AWS services that a deploy uses. S3 is the embedded one. */
export interface StandIn extends Listening {
  readonly account: Account;
  /** The services' addresses and credentials, as environment of an AWS tool. */
  readonly env: Readonly<Record<string, string>>;
  /** The requests, as `service action`, oldest first. */
  readonly asked: string[];
  /** Whether the alarm's address has confirmed. */
  isConfirmed: boolean;
  /** The error with which STS refuses the credentials, if any. */
  refusedCredentials: string | undefined;
}

/** Starts the stand-in, with the embedded S3 in `dir`. */
export async function startAws(dir: string): Promise<StandIn> {
  const s3 = await startS3({ dir });
  const account = new Account(() => standIn.url);
  const read = async (url: string) => {
    const response = await fetch(s3.url + new URL(url).pathname);
    return (await response.json()) as StandInTemplate;
  };
  const actions = cloudFormation(account, read);
  const server = createServer(async (message, response) => {
    const body = await text(message);
    const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)/.exec(message.headers.authorization ?? "")?.[1];
    const { status, headers, sent } = await answer(message, service, body).catch(refusal);
    response.writeHead(status, headers).end(sent);
  });
  const answer = async (message: IncomingMessage, service: string | undefined, body: string) => {
    if (service === undefined) return json({ status: "ok" });
    if (service === "lambda") return ofLambda(message.url!, account, standIn.asked);
    if (service === "dynamodb") return ofDynamo(JSON.parse(body), account, standIn.asked);
    const parameters = Object.fromEntries(new URLSearchParams(body));
    const { Action = "" } = parameters;
    standIn.asked.push(`${service} ${Action}`);
    const result = await {
      cloudformation: () => actions[Action]!(parameters),
      sts: () => callerOf(standIn),
      sns: () => ({ Subscriptions: subscriptionsIn(account, standIn.isConfirmed) }),
    }[service]!();
    return xml(`<${Action}Response><${Action}Result>${xmlOf(result)}</${Action}Result></${Action}Response>`);
  };
  const listening = await listen(server);
  const standIn: StandIn = {
    url: listening.url,
    close: async () => {
      await listening.close();
      await s3.close();
    },
    account,
    env: {
      AWS_ENDPOINT_URL: listening.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_MAX_ATTEMPTS: "1",
    },
    asked: [],
    isConfirmed: false,
    refusedCredentials: undefined,
  };
  return standIn;
}

function callerOf({ refusedCredentials }: StandIn) {
  if (refusedCredentials !== undefined) throw new Refused(refusedCredentials, "refused");
  return { Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/deployer", UserId: "A" };
}

const subscriptionsIn = ({ stacks }: Account, isConfirmed: boolean) =>
  [...stacks.values()].flatMap(({ resources }) =>
    resources.flatMap(({ id, physical, resource }) =>
      id === "AlarmAddress"
        ? [
            {
              Endpoint: String(resource.Properties?.Endpoint),
              SubscriptionArn: isConfirmed ? `arn:${physical}` : "PendingConfirmation",
            },
          ]
        : [],
    ),
  );

function ofLambda(url: string, { limit, stacks }: Account, asked: string[]) {
  asked.push(`lambda ${url}`);
  const functions = [...stacks.values()].flatMap(({ resources }) => resources);
  const reservedBy = (properties: Readonly<Record<string, unknown>> = {}) =>
    Number(properties.ReservedConcurrentExecutions ?? 0);
  const reserved = functions.reduce((sum, { resource }) => sum + reservedBy(resource.Properties), 0);
  if (url.includes("/account-settings"))
    return json({
      AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: limit - reserved },
    });
  const name = /functions\/([^/]+)/.exec(url)?.[1];
  const found = functions.find(({ physical }) => physical === name);
  if (found === undefined) throw new Refused("ResourceNotFoundException", `Function not found: ${name}`);
  return json({
    ReservedConcurrentExecutions: reservedBy(found.resource.Properties),
    Configuration: { FunctionName: name, LastModified: rolledBackAt() },
  });
}

/** A time after every upload: a roll-back touches every function, as the next update sees. */
const rolledBackAt = () => new Date(Date.now() + 180_000).toISOString();

function ofDynamo(body: Record<string, unknown>, { protectedTables }: Account, asked: string[]) {
  asked.push("dynamodb UpdateTable");
  if (body.DeletionProtectionEnabled === true) protectedTables.add(String(body.TableName));
  return json({ TableDescription: { TableName: body.TableName } });
}

const json = (body: object) => ({
  status: 200,
  headers: { "content-type": "application/json" },
  sent: JSON.stringify(body),
});
const xml = (sent: string) => ({ status: 200, headers: { "content-type": "text/xml" }, sent });

/** An error in the form of the query protocol, and in that of the JSON protocols, with its headers. */
function refusal(error: unknown) {
  if (!(error instanceof Refused)) throw error;
  const { code, message } = error;
  const isQuery = code !== "ResourceNotFoundException";
  return {
    status: isQuery ? 400 : 404,
    headers: isQuery ? { "content-type": "text/xml" } : { "x-amzn-errortype": code },
    sent: isQuery
      ? `<ErrorResponse><Error>${xmlOf({ Type: "Sender", Code: code, Message: message })}</Error>` +
        "</ErrorResponse>"
      : JSON.stringify({ Message: message }),
  };
}
