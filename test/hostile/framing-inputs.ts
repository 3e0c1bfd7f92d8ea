import { fine, head, type Input, raw, request } from "./asking.ts";
import { token } from "./endpoint.ts";

const mebibyte = 1024 * 1024;
const filled = (bytes: number) => `${fine}${" ".repeat(bytes - fine.length)}`;
const length = `Content-Length: ${fine.length}`;

/** HTTP itself: lengths, framing, headers. */
export const framingInputs: readonly Input[] = [
  { name: "4,500,000 bytes", ask: request({ body: filled(4_500_000) }), statuses: [200] },
  ...[4_500_001, 6 * mebibyte - 1, 6 * mebibyte, 6 * mebibyte + 1, 10 * mebibyte, 10 * mebibyte + 1].map(
    (bytes): Input => ({
      name: `${bytes.toLocaleString("en")} bytes`,
      ask: request({ body: filled(bytes) }),
      statuses: [413],
      code: "body-too-large",
    }),
  ),
  {
    name: "Content-Length of 1 TB, announced",
    ask: raw(head(`Content-Length: ${2 ** 40}`, "Expect: 100-continue")),
    statuses: [413],
    code: "body-too-large",
  },
  {
    name: "Content-Length shorter than the body",
    ask: raw(head(`Content-Length: 10`), fine),
    statuses: [400],
  },
  { name: "Content-Length below 0", ask: raw(head("Content-Length: -1"), fine), statuses: [400] },
  { name: "Content-Length twice", ask: raw(head(length, "Content-Length: 5"), fine), statuses: [400] },
  {
    name: "Content-Length and Transfer-Encoding",
    ask: raw(head(length, "Transfer-Encoding: chunked"), "0\r\n\r\nGET /v1/streamers HTTP/1.1\r\n\r\n"),
    statuses: [400],
  },
  {
    name: "a chunk without a length",
    ask: raw(head("Transfer-Encoding: chunked"), "zz\r\nx"),
    statuses: [400],
  },
  {
    name: "a chunk longer than any number",
    ask: raw(head("Transfer-Encoding: chunked"), "1ffffffffffffffffffff\r\nx"),
    statuses: [400],
  },
  { name: "a header of 100 kB", ask: raw(head(`X-Long: ${"x".repeat(100_000)}`)), statuses: [431] },
  {
    name: "a folded header",
    ask: raw(head("X-Folded: one", " two", length), fine),
    statuses: [200, 400],
  },
  { name: "a header with NUL", ask: raw(head("X-Nul: a\0b", length), fine), statuses: [400] },
  {
    name: "two Authorization headers",
    ask: raw(head("Authorization: Bearer other", length), fine),
    statuses: [200, 401],
  },
  {
    name: "not HTTP",
    ask: raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"),
    statuses: [400],
  },
  {
    name: "a token in the URL",
    ask: request({
      path: `/v1/streamers/hostile?token=${token}`,
      headers: { authorization: "" },
      body: fine,
    }),
    statuses: [401],
    code: "unauthorized",
  },
  {
    name: "a token of 15 kB",
    ask: request({ headers: { authorization: `Bearer ${"x".repeat(15_000)}` }, body: fine }),
    statuses: [401],
    code: "unauthorized",
  },
  ...["TRACE", "OPTIONS", "PATCH", "QUERY"].map(
    (method): Input => ({
      name: `${method}`,
      ask: raw(head().replace("POST", method)),
      statuses: [400, 404],
    }),
  ),
];
