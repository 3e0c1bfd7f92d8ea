import { PersisterError } from "../persister/errors.ts";
import { noDelivery } from "../persister/query/overview.ts";
import { deliveryParameter, streamerNameParameter } from "./parameters.ts";

/** The streamer that the URL names. Throws `bad-streamer-name`. */
export function streamerName(name: string): string {
  if (streamerNameParameter.safeParse(name).success) return name;
  throw new PersisterError("bad-streamer-name", "The streamer name in the URL is not valid.");
}

/** The delivery that the URL names. Throws `no-delivery` for what is no id. */
export function deliveryId(id: string): string {
  if (deliveryParameter.safeParse(id).success) return id;
  throw noDelivery();
}
