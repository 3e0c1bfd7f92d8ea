import { lambda } from "./aws/gateway.ts";
import { authorize } from "./http/authorize.ts";
import { deliveryConditionsOf } from "./http/conditions.ts";
import { answering } from "./http/problem.ts";
import { receiveBody } from "./http/request-body.ts";
import { receiptResponse } from "./http/responses.ts";
import { traceparentOf } from "./http/trace.ts";
import { namingCommitted } from "./persister/commit/state.ts";
import { answerBy } from "./persister/limits.ts";
import { persist } from "./persister/persist.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `POST /v1/streamers/{streamer}` */
export const ingest = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async aside => {
      const { authority, parts } = wired();
      const streamer = await authorize(request, "write", { authority, deadline: answerBy(deadline), aside });
      const conditions = deliveryConditionsOf(request.headers);
      const body = await namingCommitted(streamer, parts, answerBy(deadline), () => receiveBody(request));
      const fault = conditions.fault ?? body.fault;
      const traceparent = traceparentOf(request.headers);
      const intake = { streamer, ...conditions, ...body, fault, traceparent, deadline };
      const { receipt, replayed } = await persist(intake, parts);
      return receiptResponse(request, receipt, replayed);
    }),
  );

export const handler = ingest(wiredByEnvironment);
