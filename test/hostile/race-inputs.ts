import { connect } from "node:net";
import { type Answer, fine, head, type Input, jsonlineHead, record, request } from "./asking.ts";

const body = (id: number) => `${jsonlineHead}${record("races", { id })}{"type":"BOOKMARK","value":${id}}\n`;

/** The worst of many answers: an unexpected one, if any. */
const oneOf =
  (count: number, ask: (n: number) => Input["ask"], right: readonly number[]): Input["ask"] =>
  async endpoint => {
    const answers = await Promise.all(Array.from({ length: count }, (_, n) => ask(n)(endpoint)));
    const wrong = answers.find(({ status }) => !right.includes(status));
    const best = answers.reduce<Answer>((a, b) => (b.status < a.status ? b : a), answers[0]!);
    return wrong ?? best;
  };

export const raceInputs: readonly Input[] = [
  {
    name: "50 deliveries of a streamer at once",
    ask: oneOf(50, n => request({ path: "/v1/streamers/raced", body: body(n) }), [200, 409]),
    statuses: [200],
  },
  {
    name: "50 attempts of one delivery at once, with its key",
    ask: oneOf(
      50,
      () =>
        request({ path: "/v1/streamers/replayed", body: body(1), headers: { "idempotency-key": "replay" } }),
      [200, 409],
    ),
    statuses: [200],
  },
  {
    name: "20 keys with other bodies",
    ask: oneOf(
      20,
      n =>
        request({
          path: "/v1/streamers/replayed",
          body: body(n + 2),
          headers: { "idempotency-key": "replay" },
        }),
      [422, 409],
    ),
    statuses: [422, 409],
  },
  {
    name: "100 connections that break off within the body",
    ask: async endpoint => {
      await Promise.all(Array.from({ length: 100 }, () => cut(endpoint.url)));
      return request({ body: fine })(endpoint);
    },
    statuses: [200],
  },
];

/** Begins to send a body, and closes the connection. */
const cut = ({ port, hostname }: URL) =>
  new Promise<void>(resolve => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(head("Content-Length: 100000") + fine, () => socket.destroy()),
    );
    socket.on("error", () => {}).once("close", () => resolve());
  });

/** A byte a second, but never the last one. It is given up after a minute, and runs during the others. */
export const slowInput: Input = {
  name: "a byte a second, never the last",
  ask: async endpoint => {
    return new Promise(resolve => {
      let text = "";
      const socket = connect(Number(endpoint.url.port), endpoint.url.hostname);
      // Not once connected: the timer may come first, if the process is busy.
      socket.write(head("Content-Length: 100000"));
      const timer = setInterval(() => socket.write("x"), 1_000);
      socket.on("data", data => {
        text += String(data);
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        clearInterval(timer);
        resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text: "" });
      });
    });
  },
  statuses: [408],
};
