import { lambda } from "./aws/gateway.ts";
import { authorize, authorizeSome } from "./http/authorize.ts";
import { errorPageResponse } from "./http/error-page.ts";
import type { HttpRequest, HttpResponse } from "./http/http-message.ts";
import { openapiResponse } from "./http/openapi.ts";
import {
  deliveriesResponse,
  deliveryResponse,
  streamerResponse,
  streamersResponse,
} from "./http/overview-answers.ts";
import { pageOf } from "./http/page.ts";
import { deliveriesQuery, streamersQuery } from "./http/parameters.ts";
import { deliveryId } from "./http/path.ts";
import { answering } from "./http/problem.ts";
import { namingCommitted } from "./persister/commit/state.ts";
import { answerBy } from "./persister/limits.ts";
import { listDeliveries, listStreamers, readDelivery, readStreamer } from "./persister/query/overview.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `GET /v1/streamers`, `…/{streamer}`, `…/deliveries`, `…/deliveries/{delivery}`, and `GET /v1/openapi.json` beside them. */
export const overview = (wired: () => Wired) =>
  lambda((request, lambdaDeadline) =>
    answering(request, async aside => {
      if (request.route === "GET /v1/openapi.json") return openapiResponse();
      if (request.route === "GET /v1/errors/{code}") return errorPageResponse(request);
      const { authority, store } = wired();
      const deadline = answerBy(lambdaDeadline);
      const gate = { authority, deadline, aside };
      if (request.route === "GET /v1/streamers") {
        const named = await authorizeSome(request, "read", gate);
        const page = pageOf(request.query, streamersQuery);
        return streamersResponse(await listStreamers({ named, ...page, deadline }, store));
      }
      const streamer = await authorize(request, "read", gate);
      return namingCommitted(streamer, store, deadline, () => ofStreamer(request, streamer, store, deadline));
    }),
  );

async function ofStreamer(
  request: HttpRequest,
  streamer: string,
  store: Wired["store"],
  deadline: number,
): Promise<HttpResponse> {
  if (request.route === "GET /v1/streamers/{streamer}")
    return streamerResponse(await readStreamer(streamer, store, deadline));
  if (request.route === "GET /v1/streamers/{streamer}/deliveries") {
    const page = { streamer, before: undefined, ...pageOf(request.query, deliveriesQuery), deadline };
    return deliveriesResponse(streamer, await listDeliveries(page, store));
  }
  const delivery = deliveryId(request.delivery);
  return deliveryResponse(streamer, await readDelivery({ streamer, delivery }, store, deadline));
}

export const handler = overview(wiredByEnvironment);
