import { bookmark } from "../../../functions/bookmark.ts";
import { change } from "../../../functions/change.ts";
import { ingest } from "../../../functions/ingest.ts";
import { overview } from "../../../functions/overview.ts";
import type { FaultPlan } from "../faults.ts";
import { type GatewayEvent, type GatewayResult, invoke, Process } from "../process.ts";
import { type Answered, type Asked, sentOf } from "../sent.ts";
import type { World } from "./world.ts";

/** As in serverless.yml, in ms. */
const timeouts = { ingest: 29_000, other: 10_000 };
/** API Gateway's own limit, in ms. */
const patienceMilliseconds = 30_000;

const unavailable: Answered = { status: 503, headers: {}, text: '{"message":"Service Unavailable"}' };

/**
 * Sends a request to the endpoint, in a process of its own. Resolves to API Gateway's answer, within its
 * time limit.
 */
export function request(world: World, asked: Asked, plan: FaultPlan): Promise<Answered> {
  if (world.isClosed) return Promise.resolve(unavailable);
  const sent = sentOf(asked, world);
  const process = new Process(world, sent, plan);
  world.processes.add(process);
  const isOld = world.random.chance(world.traits.oldCode);
  const event = eventOf(asked);
  const milliseconds = event.routeKey.startsWith("POST") ? timeouts.ingest : timeouts.other;
  world.invariants.asked(sent);
  const answered = invoke(
    handlerOf(event.routeKey)(() => process.wired(isOld)),
    event,
    process.line.now(),
    { milliseconds },
  ).then(answeredBy);
  const checked = answered.then(answer => {
    world.processes.delete(process);
    world.invariants.answered(process, answer);
    return answer;
  });
  checked.catch(error => world.invariants.fail(error));
  return Promise.race([checked, world.scheduler.sleep(patienceMilliseconds).then(() => unavailable)]);
}

function handlerOf(route: string) {
  if (route.startsWith("POST")) return ingest;
  if (route.startsWith("PUT") || route.startsWith("DELETE")) return change;
  return route.includes("/bookmark") ? bookmark : overview;
}

function eventOf({ method, path, headers, body }: Asked): GatewayEvent {
  const [plain = "", query = ""] = path.split("?");
  const [, streamer, ...rest] = plain.split("/").slice(1);
  const [resource, id] = rest;
  const template = ["", "v1", "streamers"];
  if (streamer !== undefined) template.push("{streamer}");
  if (resource !== undefined) template.push(resource);
  if (id !== undefined) template.push(resource === "deliveries" ? "{delivery}" : id);
  return {
    routeKey: `${method} ${template.join("/")}`,
    rawPath: `/v1${plain}`,
    rawQueryString: query,
    headers,
    pathParameters: { streamer, ...(resource === "deliveries" && id !== undefined && { delivery: id }) },
    requestContext: { http: { method }, requestId: "request" },
    body: body && Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("base64"),
    isBase64Encoded: body !== undefined,
  } as unknown as GatewayEvent;
}

function answeredBy({ statusCode, headers = {}, body = "", isBase64Encoded }: GatewayResult): Answered {
  const text = isBase64Encoded === true ? Buffer.from(body, "base64").toString() : body;
  return { status: statusCode!, headers: headers as Record<string, string>, text };
}
