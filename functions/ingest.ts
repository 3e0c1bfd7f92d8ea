import { lambda } from "./aws/gateway.ts";
import { receiptResponse } from "./http/answers.ts";
import { authenticate } from "./http/authenticate.ts";
import { deliveryConditionsOf } from "./http/conditions.ts";
import { receiveBody } from "./http/intake.ts";
import { answering } from "./http/problem.ts";
import { streamerName } from "./http/streamer-name.ts";
import { persist } from "./persister/persist.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** `POST /v1/streamers/{streamer}` */
export const ingest = (wired: () => Wired) =>
  lambda((request, deadline) =>
    answering(request, async () => {
      const { tokens, parts } = wired();
      await authenticate(request.headers, "write", tokens);
      const streamer = streamerName(request.streamer);
      const conditions = deliveryConditionsOf(request.headers);
      const { fault = conditions.fault, ...body } = receiveBody(request);
      const intake = { streamer, ...conditions, ...body, fault, deadline };
      const { receipt, replayed } = await persist(intake, await parts());
      return receiptResponse(request, receipt, replayed);
    }),
  );

export const handler = ingest(wiredByEnvironment);
