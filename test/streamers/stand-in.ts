import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The stand-in's own address. */
  readonly origin: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent unchanged, and everything else as JSON. */
  readonly body: unknown;
}

type Trouble = "hang up" | "break off" | "be silent";

export interface StandIn {
  readonly url: string;
  /** All requests, as `path?query`. */
  readonly asked: string[];
  /**
   * Answers the next request whose path and query match. "break off" ends within the body; "be silent"
   * sends no answer.
   */
  answerOnce(question: RegExp, answer: Answer | Trouble): void;
  /** Answers every request whose path and query match, from now on. */
  answerAlways(question: RegExp, answer: Answer): void;
  /** Calls back just before the next matching request is answered. */
  beforeNext(question: RegExp, act: () => void): void;
  close(): Promise<void>;
}

/** A vendor's API on a port of its own, with failures as scripted by a test. */
export async function startStandIn(answer: (asked: Asked) => Answer): Promise<StandIn> {
  const asked: string[] = [];
  const scripted: { question: RegExp; then: Answer | Trouble | (() => void); lasts?: boolean }[] = [];
  const scriptFor = (question: string) => {
    const index = scripted.findIndex(each => each.question.test(question));
    if (index === -1) return undefined;
    return (scripted[index]!.lasts ? scripted[index]! : scripted.splice(index, 1)[0]!).then;
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", chunk => {
      body += chunk;
    });
    request.on("end", () => {
      const origin = `http://${request.headers.host}`;
      const { pathname: path, search, searchParams: query } = new URL(request.url!, origin);
      const question = path + search;
      asked.push(question);
      const script = scriptFor(question);
      if (script === "hang up") return void request.socket.destroy();
      if (script === "be silent") return;
      if (script === "break off") {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        return void response.write("[", () => request.socket.destroy());
      }
      if (typeof script === "function") script();
      const { method = "", headers } = request;
      const asking = { method, path, query, headers, body, origin };
      const given = typeof script === "object" ? script : answer(asking);
      response.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers });
      const text = typeof given.body === "string" ? given.body : JSON.stringify(given.body);
      response.end(given.status === 304 ? undefined : text);
    });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answerOnce: (question, then) => void scripted.push({ question, then }),
    answerAlways: (question, then) => void scripted.push({ question, then, lasts: true }),
    beforeNext: (question, then) => void scripted.push({ question, then }),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Returns `make(1)` to `make(count)`. */
export const upTo = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n + 1));
