import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Step } from "../simulation/steps.ts";
import { Steps } from "./steps.ts";

/** Loaded before `persist`: reports its current step without changing it. */
const steps = new Steps(process.env.STEPS_FILE!);
const ends = new WeakMap<ClientRequest, () => void>();
const stepOf = ({ method }: ClientRequest): Step => (method === "POST" ? "send" : "fetch");

subscribe("http.client.request.start", message => {
  const { request } = message as { readonly request: ClientRequest };
  ends.set(request, steps.begin(stepOf(request)));
  request.once("close", () => ends.get(request)?.());
});

/** From the answer to a delivery until its bookmark is printed. */
let endPrinting: (() => void) | undefined;
subscribe("http.client.response.finish", message => {
  const { request } = message as { readonly request: ClientRequest };
  if (request.method === "POST") endPrinting ??= steps.begin("print");
});
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((...args: Parameters<typeof write>) => {
  endPrinting?.();
  endPrinting = undefined;
  return write(...args);
}) as typeof process.stdout.write;
