import { EventEmitter, once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** The server's reaction to one request. */
export type Step =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** Destroys the socket as soon as the request's head is read. */
  | "drop-before"
  /** Reads the whole body, then destroys the socket. */
  | "drop-after-body"
  /** Destroys it in the middle of the answer's status line and headers. */
  | "drop-in-head"
  /** Sends the head of an answer with this status and a part of its body, then destroys the socket. */
  | { readonly dropAfterHead: number }
  /** Sends the head of an answer with this status and never its body. */
  | { readonly hangAfterHead: number }
  /** Reads the body and never answers. */
  | "hang";

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** 1 for the first connection, and so on. */
  readonly connection: number;
}

export interface ScriptedServer {
  readonly url: string;
  /** In order of arrival, including those dropped before their body. */
  readonly requests: readonly SeenRequest[];
  /** Resolves once it has read so many bodies. Rejects if `asked`, which sends them, is answered first. */
  received(count: number, asked: Promise<Response>): Promise<void>;
  close(): Promise<void>;
}

/** A real server that follows one step for each request, and repeats the last one. */
export async function startScriptedServer(steps: readonly [Step, ...Step[]]): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const bodies = new EventEmitter();
  let bodiesRead = 0;
  const connections = new Map<Socket, number>();
  const server = createServer(async (message, response) => {
    const step = steps[Math.min(requests.length, steps.length - 1)]!;
    const seen: SeenRequest & { body: Buffer } = {
      ...headOf(message),
      connection: connections.get(message.socket)!,
      body: Buffer.alloc(0),
    };
    requests.push(seen);
    if (step === "drop-before") return void message.socket.destroy();
    seen.body = await bodyOf(message);
    bodiesRead++;
    bodies.emit("read");
    take(step, message.socket, response);
  });
  server.on("connection", socket => connections.set(socket, connections.size + 1));
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async received(count, asked) {
      const answered = asked.then(({ status }) => {
        throw new Error(`${status} was answered after ${bodiesRead} requests of ${count}`);
      });
      while (bodiesRead < count) await Promise.race([once(bodies, "read"), answered]);
      answered.catch(() => {});
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function take(step: Exclude<Step, "drop-before">, socket: Socket, response: ServerResponse): void {
  if (step === "hang") return;
  if (step === "drop-after-body") socket.destroy();
  else if (step === "drop-in-head") socket.write("HTTP/1.1 200 O", () => socket.destroy());
  else if ("dropAfterHead" in step) {
    socket.write(partial(step.dropAfterHead), () => socket.destroy());
  } else if ("hangAfterHead" in step) {
    socket.write(partial(step.hangAfterHead));
  } else {
    response.writeHead(step.status, step.headers);
    response.end(step.body);
  }
}

const partial = (status: number) =>
  `HTTP/1.1 ${status} Some Words\r\ncontent-length: 1000\r\n\r\n{"message":"half`;

const headOf = ({ method = "", url = "", headers, rawHeaders }: IncomingMessage) => ({
  method,
  path: url,
  headers,
  rawHeaders,
});

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
