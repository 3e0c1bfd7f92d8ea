import type http from "node:http";
import https from "node:https";

/** The verdict is in the status line; the body must follow within this time. */
export const answerBodyTimeoutMillisecondsDefault = 5_000;
/** The Import API's errors are short; a longer body is a proxy's page. */
const answerBodyBytesMax = 64 * 1024;

export interface Call {
  readonly url: URL;
  /** Keeps connections; `false` opens one for this attempt only. */
  readonly agent: http.Agent | false;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  /** A body that is cut could end in half a secret of so many UTF-16 units: they are dropped. */
  readonly secretLength: number;
  readonly answerBodyTimeoutMilliseconds: number;
}

export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly statusText: string;
  readonly retryAfter: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

/**
 * No status line was received: time ran out, the Import API was silent for too long, or the connection broke.
 */
export interface Silence {
  readonly kind: "silence";
  readonly reason: "deadline" | "hung" | "broken";
  readonly message: string;
}

const deadlinePassed: Silence = {
  kind: "silence",
  reason: "deadline",
  message: "The Import API did not answer before the time was up.",
};
const hung = (ms: number): Silence => ({
  kind: "silence",
  reason: "hung",
  message: `The Import API was silent for ${Math.round(ms / 100) / 10} s.`,
});
const broken = (message: string): Silence => ({ kind: "silence", reason: "broken", message });

const timerMillisecondsMax = 2 ** 31 - 1;

/** How long an attempt may take, ms. */
export interface AttemptTime {
  /** For the whole attempt. */
  readonly remainingMilliseconds: number;
  /** Without progress: a connection, an accepted piece of the body, the answer's head. */
  readonly silenceMilliseconds: number;
}

/** The progress of a body is seen piece by piece: 8 s for each mean 32 kB/s. */
const pieceBytes = 256 * 1024;

/** POSTs once. Never rejects because of the network or the server. */
export function postOnce(
  call: Call,
  { remainingMilliseconds, silenceMilliseconds }: AttemptTime,
): Promise<Answer | Silence> {
  return new Promise(resolve => {
    const begunAt = performance.now();
    const request = open(call);
    let isAnswering = false;
    const end = (result: Answer | Silence) => {
      clearTimeout(deadline);
      clearTimeout(silence);
      resolve(result);
    };
    const give = (silence: Silence) => {
      if (!isAnswering) end(silence);
    };
    const stop = (silence: Silence) => {
      give(silence);
      request.destroy();
    };
    const deadline = setTimeout(stop, Math.min(remainingMilliseconds, timerMillisecondsMax), deadlinePassed);
    let silence: NodeJS.Timeout | undefined;
    const allowSilence = (ms: number) => {
      clearTimeout(silence);
      if (!isAnswering) silence = setTimeout(stop, Math.min(ms, timerMillisecondsMax), hung(ms));
    };
    request.on("error", error => give(broken(`The connection to the Import API broke: ${nameOf(error)}.`)));
    request.on("close", () => give(broken("The Import API closed the connection without an answer.")));
    request.on("response", response => {
      isAnswering = true;
      clearTimeout(silence);
      void readAnswer(request, response, call).then(end);
    });
    // The last pieces may need as long to arrive as the earlier ones.
    request.on("finish", () => allowSilence(Math.max(silenceMilliseconds, performance.now() - begunAt)));
    allowSilence(silenceMilliseconds);
    sendPieces(request, call.body, () => allowSilence(silenceMilliseconds));
  });
}

function open({ url, agent, headers }: Call): http.ClientRequest {
  const request = url.protocol === "http:" ? nodeHttp().request : https.request;
  return request(url, { method: "POST", headers, agent });
}

/**
 * Returns node:http. An import of it evaluates its exports, of which Node 24's WebSocket takes 30 ms of CPU
 * time.
 */
export const nodeHttp = () => process.getBuiltinModule("node:http");

/** Sends the body piece by piece, so that progress is visible. Stops if the request has ended. */
function sendPieces(request: http.ClientRequest, body: Uint8Array, progressed: () => void): void {
  let at = 0;
  const sendNext = () => {
    const piece = body.subarray(at, at + pieceBytes);
    at += pieceBytes;
    if (at >= body.length) return void request.end(piece);
    request.write(piece, error => {
      if (error || request.destroyed) return;
      progressed();
      sendNext();
    });
  };
  sendNext();
}

async function readAnswer(
  request: http.ClientRequest,
  response: http.IncomingMessage,
  call: Call,
): Promise<Answer> {
  const late = setTimeout(() => request.destroy(), call.answerBodyTimeoutMilliseconds);
  const { bytes, isWhole } = await readBody(response);
  clearTimeout(late);
  if (!isWhole) request.destroy();
  const text = new TextDecoder().decode(bytes);
  return {
    kind: "answer",
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? "",
    retryAfter: response.headers["retry-after"],
    contentType: response.headers["content-type"] ?? "",
    body: isWhole ? text : text.slice(0, Math.max(0, text.length - call.secretLength)),
  };
}

/** Resolves to the body, or to its beginning if it broke off or grew too long. */
function readBody(response: http.IncomingMessage): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  return new Promise(resolve => {
    const parts: Uint8Array[] = [];
    let length = 0;
    const end = () =>
      resolve({
        bytes: Buffer.concat(parts).subarray(0, answerBodyBytesMax),
        isWhole: response.complete && length <= answerBodyBytesMax,
      });
    response.on("data", (part: Uint8Array) => {
      parts.push(part);
      length += part.length;
      if (length > answerBodyBytesMax) end();
    });
    response.on("end", end).on("error", end).on("close", end);
  });
}

/** Returns a code such as ECONNRESET, or else node's message, which names hosts and ports. */
function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
