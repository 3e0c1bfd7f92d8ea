import { byRoute, forSettings, forStreamer } from "./by-route.ts";
import { authorizeSome } from "./http/authorize.ts";
import { errorPageResponse } from "./http/error-page.ts";
import {
  daysResponse,
  deliveriesResponse,
  deliveryResponse,
  streamerResponse,
  streamersResponse,
} from "./http/overview-responses.ts";
import { pageResponse } from "./http/page.ts";
import { deliveriesQuery, deliveryId, pageOf, streamersQuery } from "./http/parameters.ts";
import { settingsResponse } from "./http/responses.ts";
import { readSettings } from "./persister/commit/settings.ts";
import { readDays } from "./persister/query/days.ts";
import { listDeliveries, readDelivery, readStreamer } from "./persister/query/overview.ts";
import { listStreamers } from "./persister/query/streamers.ts";
import { wiredByEnvironment } from "./wire.ts";

export const overview = byRoute<"overview">({
  "GET /v1/streamers": async ({ request, wired, background, deadline }) => {
    const { authority, store } = wired();
    const named = await authorizeSome(request, { authority, deadline, background });
    const { q: prefix, state, ...page } = pageOf(request.query, streamersQuery());
    return streamersResponse(await listStreamers({ named, ...page, prefix, state, deadline }, store));
  },
  "GET /v1/streamers/{streamer}": forStreamer(async ({ streamer, store, deadline }) =>
    streamerResponse(await readStreamer(streamer, store, deadline)),
  ),
  "GET /v1/streamers/{streamer}/settings": forSettings(async ({ streamer, store, deadline }) =>
    settingsResponse(await readSettings(streamer, store, deadline)),
  ),
  "GET /v1/streamers/{streamer}/days": forSettings(async ({ streamer, store, deadline }) =>
    daysResponse(streamer, await readDays(streamer, store, deadline)),
  ),
  "GET /v1/streamers/{streamer}/deliveries": forStreamer(async ({ request, streamer, store, deadline }) => {
    const page = { streamer, before: undefined, ...pageOf(request.query, deliveriesQuery()), deadline };
    return deliveriesResponse(streamer, await listDeliveries(page, store));
  }),
  "GET /v1/streamers/{streamer}/deliveries/{delivery}": forStreamer(
    async ({ request, streamer, store, deadline }) => {
      const delivery = deliveryId(request.delivery);
      return deliveryResponse(streamer, await readDelivery({ streamer, delivery }, store, deadline));
    },
  ),
  "GET /": async ({ request, wired }) => {
    const { authority, page } = wired();
    return pageResponse(request, { text: await page(), authorization: authority.by });
  },
  // Only this route needs it, and it is a tenth of the code.
  "GET /v1/openapi.json": async () => (await import("./http/openapi.ts")).openapiResponse(),
  "GET /v1/errors/{code}": ({ request }) => errorPageResponse(request),
});

export const handler = overview(wiredByEnvironment);
