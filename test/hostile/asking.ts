import { connect } from "node:net";
import { type Endpoint, token } from "./endpoint.ts";

export interface Answer {
  /** 0 if the connection was closed without an answer. */
  readonly status: number;
  readonly text: string;
}

/** Something that a caller might send, and the expected answer. */
export interface Input {
  readonly name: string;
  readonly ask: (endpoint: Endpoint) => Promise<Answer>;
  /** If there are several, any of them is right. */
  readonly statuses: readonly number[];
  /** The problem document's code. */
  readonly code?: string;
}

const answerMilliseconds = 100_000;

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A request made by fetch, with the token. */
export const request =
  ({ path = "/v1/streamers/hostile", method = "POST", headers, body }: Sent): Input["ask"] =>
  async ({ url }) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream", ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: response.status, text: await response.text() };
  };

export const gzipped = (body: Uint8Array) => request({ body, headers: { "content-encoding": "gzip" } });

/**
 * Raw bytes on a connection of their own. Resolves to the first response's status, or 0 if the connection
 * is closed before.
 */
export const raw =
  (...pieces: (string | Uint8Array)[]): Input["ask"] =>
  ({ url }) =>
    new Promise(resolve => {
      let text = "";
      const socket = connect(Number(url.port), url.hostname, () => {
        for (const piece of pieces) socket.write(piece);
      });
      const end = () => {
        socket.destroy();
        resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text: bodyOf(text) });
      };
      socket.setTimeout(answerMilliseconds, end);
      socket.on("data", data => {
        text += String(data);
        if (isWhole(text)) end();
      });
      socket.on("error", () => {}).on("close", end);
    });

const bodyOf = (text: string) => text.slice(text.indexOf("\r\n\r\n") + 4);

function isWhole(text: string): boolean {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return false;
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return Buffer.byteLength(bodyOf(text)) >= length;
}

/** The head of a POST with the token. */
export const head = (...lines: string[]) =>
  [
    "POST /v1/streamers/hostile HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${token}`,
    ...lines,
    "",
    "",
  ].join("\r\n");

export const jsonlineHead = "stitchstream/0.1\nContent-Type: jsonline\n--\n";
export const transitHead = "stitchstream/0.1\nContent-Type: transit\n--\n";
export const record = (stream: string, fields: object) =>
  `${JSON.stringify({ type: "RECORD", stream, key_fields: ["id"], record: fields })}\n`;
export const fine = `${jsonlineHead}${record("fine", { id: 1 })}{"type":"BOOKMARK","value":1}\n`;
