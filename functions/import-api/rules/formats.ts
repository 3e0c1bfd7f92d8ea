import { isHostname, isIpv4, isIpv6 } from "./addresses.ts";
import { isEmail } from "./email.ts";
import { isUri } from "./uri.ts";

/**
 * A `java.time.DateTimeFormatter` of `yyyy-MM-dd'T'HH:mm:ss`, with an optional fraction of 1 to 9 digits
 * and an offset with a colon. It accepts 30 February, 24:00 and, with a sign, years beyond 9999.
 */
const year = String.raw`(?!0000)(?:\d{4}|\+(?=\d{5,19}-)(?!0+-)0*\d{1,9})`;
const monthAndDay = String.raw`(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const time = String.raw`(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?|24:00:00(?:\.0{1,9})?)`;
const zone = String.raw`(?:Z|[+-](?:(?:0\d|1[0-7]):[0-5]\d|18:00))`;
const dateTime = new RegExp(`^${year}-${monthAndDay}T${time}${zone}$`);

/**
 * The six formats of everit json-schema 1.5.1 (FormatValidator.forFormat), which the Import API checks. All
 * others are annotations. Each check takes linear time. test/import-api/rules compares them with the
 * results of the real libraries.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": text => dateTime.test(text),
  email: isEmail,
  hostname: isHostname,
  ipv4: isIpv4,
  ipv6: isIpv6,
  uri: isUri,
};
