import { byRoute } from "./by-route.ts";
import { authorize } from "./http/authorize.ts";
import { deliveryConditionsOf, segmentOf, traceparentOf } from "./http/conditions.ts";
import { receiveBody } from "./http/request-body.ts";
import { receiptResponse } from "./http/responses.ts";
import { namingCommitted } from "./persister/commit/state.ts";
import { deliveriesByEnvironment } from "./wire.ts";

export const ingest = byRoute<"ingest">({
  "POST /v1/streamers/{streamer}": async ({ request, wired, background, deadline, lambdaDeadline }) => {
    const { authority, parts } = wired();
    const streamer = await authorize(request, { authority, deadline, background });
    const conditions = deliveryConditionsOf(request.headers);
    const body = await namingCommitted(streamer, parts, deadline, () => receiveBody(request));
    const fault = conditions.fault ?? body.fault;
    const traceparent = traceparentOf(request.headers);
    const segment = segmentOf(request.headers);
    const { persist } = await import("./persister/persist.ts");
    const { receipt, replayed } = await persist(
      { streamer, ...conditions, ...body, fault, traceparent, segment, deadline: lambdaDeadline },
      parts,
    );
    return receiptResponse(request, receipt, replayed);
  },
});

export const handler = ingest(deliveriesByEnvironment);
