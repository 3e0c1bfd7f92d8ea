import http from "node:http";
import https from "node:https";

/** Connecting, or a connection without a byte: target-stitch 4.0.4 waits as long. */
export const idleTimeoutMsDefault = 60_000;
/** The verdict is in the status line; what it says besides must come soon. */
export const answerBodyTimeoutMsDefault = 5_000;
/** Errors name one record and a rule; a page this long is a proxy's. */
const answerBodyBytesMax = 64 * 1024;

export interface Call {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  /** A body that is cut could end in half a secret of so many UTF-16 units: they are dropped. */
  readonly secretLength: number;
  readonly idleTimeoutMs: number;
  readonly answerBodyTimeoutMs: number;
}

export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly statusText: string;
  readonly retryAfter: string | undefined;
  readonly contentType: string;
  readonly body: string;
}

/** No status line came. */
export interface Silence {
  readonly kind: "silence";
  readonly deadlinePassed: boolean;
  readonly message: string;
}

const deadlinePassed: Silence = {
  kind: "silence",
  deadlinePassed: true,
  message: "The Import API did not answer before the time was up.",
};
const unanswered = (message: string): Silence => ({ kind: "silence", deadlinePassed: false, message });

const timerMsMax = 2 ** 31 - 1;

/** POSTs once, for at most `remainingMs`. Resolves whatever the network or the server does. */
export function attempt(call: Call, remainingMs: number): Promise<Answer | Silence> {
  return new Promise(resolve => {
    const request = open(call);
    let isAnswering = false;
    const end = (result: Answer | Silence) => {
      clearTimeout(deadline);
      resolve(result);
    };
    const give = (silence: Silence) => {
      if (!isAnswering) end(silence);
    };
    const stop = (silence: Silence) => {
      give(silence);
      request.destroy();
    };
    const deadline = setTimeout(stop, Math.min(remainingMs, timerMsMax), deadlinePassed);
    request.on("timeout", () =>
      stop(unanswered(`The Import API was silent for ${call.idleTimeoutMs / 1000} s.`)),
    );
    request.on("error", error =>
      give(unanswered(`The connection to the Import API broke: ${nameOf(error)}.`)),
    );
    request.on("close", () => give(unanswered("The Import API closed the connection without an answer.")));
    request.on("response", response => {
      isAnswering = true;
      void readAnswer(request, response, call).then(end);
    });
    request.end(call.body);
  });
}

function open({ url, agent, headers, idleTimeoutMs }: Call): http.ClientRequest {
  const request = url.protocol === "http:" ? http.request : https.request;
  return request(url, { method: "POST", headers, agent, timeout: idleTimeoutMs });
}

async function readAnswer(
  request: http.ClientRequest,
  response: http.IncomingMessage,
  call: Call,
): Promise<Answer> {
  const late = setTimeout(() => request.destroy(), call.answerBodyTimeoutMs);
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

/** Resolves to the body, or to what came of it before it broke off or grew too long. */
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

/** A code such as ECONNRESET; messages of node name hosts and ports and little else. */
function nameOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
