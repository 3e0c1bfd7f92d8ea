import { isDateTime } from "../date-time.ts";
import { isEmail } from "./email.ts";
import { isHostname, isIpv4, isIpv6 } from "./hosts.ts";
import { isUri } from "./uri.ts";

interface Format {
  /** As a message names it. */
  readonly name: string;
  readonly accepts: (text: string) => boolean;
}

const dateTimeForms = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z]";

/** The six formats that everit 1.5.1 knows (loader/SchemaLoader.java). */
export const formats: ReadonlyMap<string, Format> = new Map([
  ["date-time", { name: `date-time. Expected ${dateTimeForms}`, accepts: isDateTime }],
  ["email", { name: "email address", accepts: isEmail }],
  ["hostname", { name: "hostname", accepts: isHostname }],
  ["ipv4", { name: "ipv4 address", accepts: isIpv4 }],
  ["ipv6", { name: "ipv6 address", accepts: isIpv6 }],
  ["uri", { name: "URI", accepts: isUri }],
]);
