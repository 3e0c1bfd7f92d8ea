import type { ServerResponse } from "node:http";
import { S3Error } from "./body.ts";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML elements that hold text. */
export const tags = (values: Record<string, string | number | boolean>) =>
  Object.entries(values)
    .map(([name, value]) => `<${name}>${String(value).replace(/[&<>"]/g, each => escapes[each]!)}</${name}>`)
    .join("");

export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body = "",
): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

export const sendXml = (response: ServerResponse, status: number, xml: string) =>
  send(
    response,
    status,
    { "content-type": "application/xml" },
    `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  );

/** docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function sendError(response: ServerResponse, error: unknown): void {
  const { status, code, message } =
    error instanceof S3Error ? error : new S3Error(500, "InternalError", String((error as Error).message));
  if (response.headersSent) response.destroy();
  else sendXml(response, status, `<Error>${tags({ Code: code, Message: message })}</Error>`);
}
