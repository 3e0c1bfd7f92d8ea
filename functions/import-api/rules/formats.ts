import { isHostname, isIpv4, isIpv6 } from "./addresses.ts";
import { isEmail } from "./email.ts";
import { isUri } from "./uri.ts";

/**
 * A `java.time.DateTimeFormatter` of `yyyy-MM-dd'T'HH:mm:ss`, a fraction of 1 to 9 digits and an offset with
 * its colon, which lets 30 February and the end of a day, 24:00, pass, and years beyond 9999 that have their
 * sign.
 */
const dateTime =
  /^(?!0000)(?:\d{4}|\+(?=\d{5,19}-)(?!0+-)0*\d{1,9})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?|24:00:00(?:\.0{1,9})?)(?:Z|[+-](?:(?:0\d|1[0-7]):[0-5]\d|18:00))$/;

/**
 * The six formats of everit json-schema 1.5.1 (FormatValidator.forFormat), which the Import API checks. To it
 * every other is an annotation. Each takes time that grows with the text. Checked against the real libraries'
 * answers in test/import-api/rules.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": text => dateTime.test(text),
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: isUri,
};
