import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as z from "zod";
import { type Listening, listen } from "../listen.ts";
import { faultScript, type SandboxFault } from "./faults.ts";
import { type Lines, linesOf, openLog } from "./log.ts";
import { plainLines } from "./plain-push.ts";
import { Refusal } from "./refusal.ts";
import { type ImportRequest, rowsOf } from "./request.ts";

const bodyBytesMax = 20_000_000;

export interface ImportApiSettings {
  /** The log of accepted rows. */
  readonly dir: string;
  readonly port?: number;
  readonly clientId: number;
  readonly token: string;
}

interface Sandbox extends ImportApiSettings {
  readonly log: Awaited<ReturnType<typeof openLog>>;
  /** The faults of the next requests. */
  readonly faults: SandboxFault[];
}

/** Starts a stand-in for the Import API, with its limits and messages: import-api.md sections 1 to 3. */
export async function startImportApi(settings: ImportApiSettings): Promise<Listening> {
  const sandbox: Sandbox = { ...settings, log: await openLog(settings.dir), faults: [] };
  const server = createServer((message, response) => {
    answer(sandbox, message, response).catch(error => sendError(response, error));
  });
  const listening = await listen(server, settings.port);
  return {
    url: listening.url,
    async close() {
      await listening.close();
      await sandbox.log.close();
    },
  };
}

type Action = (sandbox: Sandbox, message: IncomingMessage, response: ServerResponse) => Promise<void>;
type Endpoint = ImportRequest["endpoint"];

const routes: Record<string, { readonly method: string; readonly action: Action }> = {
  "/v2/import/status": { method: "GET", action: status },
  "/v2/import/push": { method: "POST", action: acceptTo("push") },
  "/v2/import/validate": { method: "POST", action: validate },
  "/v2/import/batch": { method: "POST", action: acceptTo("batch") },
  "/sandbox/faults": { method: "POST", action: script },
};

/** Checks method, content type, size, token and body; the real service's order is not known. */
async function answer(sandbox: Sandbox, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = routes[(message.url ?? "").split("?")[0]!];
  if (route === undefined) throw new Refusal(404, { message: "Not Found" });
  if (message.method !== route.method) throw new Refusal(405, "Method not allowed.");
  await route.action(sandbox, message, response);
}

async function status(_sandbox: Sandbox, _message: IncomingMessage, response: ServerResponse): Promise<void> {
  send(response, 200, {
    name: "pipeline.gate",
    version: "sandbox",
    revision: "sandbox",
    status: "OK",
    reason: null,
  });
}

/** A request whose body is not decoded yet. */
interface Received extends Omit<ImportRequest, "body"> {
  readonly body: Buffer;
}

const textOf = (received: Received): ImportRequest => ({ ...received, body: received.body.toString() });

async function requestOf(sandbox: Sandbox, message: IncomingMessage, endpoint: Endpoint): Promise<Received> {
  const contentType = contentTypeOf(message, endpoint);
  const body = await readBody(message);
  authenticate(message, sandbox.token);
  return { endpoint, contentType, clientId: sandbox.clientId, body };
}

async function validate(sandbox: Sandbox, message: IncomingMessage, response: ServerResponse): Promise<void> {
  rowsOf(textOf(await requestOf(sandbox, message, "push")));
  send(response, 200, { status: "OK", message: "Batch is valid!" });
}

/** Returns the action that stores the rows of a request, unless a scripted fault prevents it. */
function acceptTo(endpoint: Endpoint): Action {
  return async (sandbox, message, response) => {
    const request = await requestOf(sandbox, message, endpoint);
    const fault = sandbox.faults.shift();
    if (fault?.drop === "before") return void response.destroy();
    if (fault?.status !== undefined)
      throw new Refusal(fault.status, fault.body ?? { message: "a fault that /sandbox/faults asked for" });
    await sandbox.log.append(number => linesOfRequest(request, number));
    if (fault?.drop === "after") return void response.destroy();
    send(response, 201, { status: "OK", message: "Batch Accepted!" });
  };
}

/** Returns the log's lines of a request. Throws a Refusal. */
function linesOfRequest(request: Received, number: number): Lines {
  const { endpoint, contentType, body, clientId } = request;
  const isPlain = endpoint === "push" && contentType === "application/json";
  return (isPlain && plainLines(body, clientId, number)) || linesOf(rowsOf(textOf(request)), number);
}

/** Sets the faults of the next requests: `{"next":[{"status":503},{"drop":"before"},{"drop":"after"}]}`. */
async function script(sandbox: Sandbox, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(message);
  authenticate(message, sandbox.token);
  const parsed = faultScript.safeParse(body.toString());
  if (!parsed.success) throw new Refusal(400, { message: z.prettifyError(parsed.error) });
  sandbox.faults.push(...parsed.data.next);
  send(response, 200, { faults: sandbox.faults.length });
}

function contentTypeOf({ headers }: IncomingMessage, endpoint: Endpoint): ImportRequest["contentType"] {
  const type = (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  if (headers["content-encoding"] !== undefined)
    throw new Refusal(415, { message: "Content-Encoding is not supported (the sandbox's words)" });
  if (type === "application/json") return type;
  if (endpoint === "batch") throw new Refusal(415, "Content-Type must be application/json");
  if (type === "application/transit+json") return type;
  const accepted = "application/json or application/transit+json";
  throw new Refusal(415, {
    status: "ERROR",
    message: `Unsupported content-type ${type}. Please send ${accepted}`,
  });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= bodyBytesMax) parts.push(part);
  }
  if (length <= bodyBytesMax) return Buffer.concat(parts);
  throw new Refusal(413, {
    status: "ERROR",
    message: `Request rejected: request size (${length}s bytes) exceeds the maximum`,
  });
}

function authenticate({ headers }: IncomingMessage, token: string): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const isRight = timingSafeEqual(digest(headers.authorization ?? ""), digest(`Bearer ${token}`));
  if (!isRight) throw new Refusal(401, { message: "Not Authorized" });
}

function send(response: ServerResponse, code: number, body: object | string): void {
  const isText = typeof body === "string";
  response.writeHead(code, { "content-type": isText ? "text/plain" : "application/json;charset=UTF-8" });
  response.end(isText ? body : JSON.stringify(body));
}

function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof Refusal) send(response, error.status, error.body);
  else if (response.headersSent) response.destroy();
  else send(response, 500, { message: `The sandbox failed: ${(error as Error).message}` });
}
