import { PersisterError } from "../persister/errors.ts";
import { streamerNameCharsMax } from "../persister/limits.ts";
import { noDelivery } from "../persister/query/overview.ts";
import { deliveryParameter, streamerNameParameter } from "./parameters.ts";

/** The streamer that the URL names. Throws `bad-streamer-name`. */
export function streamerName(name: string): string {
  if (streamerNameParameter.safeParse(name).success) return name;
  throw new PersisterError(
    "bad-streamer-name",
    `A streamer's name is 1 to ${streamerNameCharsMax} lower-case letters, digits, _ and -, and begins with a letter or a digit.`,
  );
}

/** The delivery that the URL names. Throws `no-delivery` for what is no id. */
export function deliveryId(id: string): string {
  if (deliveryParameter.safeParse(id).success) return id;
  throw noDelivery();
}
