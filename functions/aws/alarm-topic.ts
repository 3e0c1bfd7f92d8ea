import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { ExpiringToken, Notifier, WatchEvent, WatchKind } from "../persister/ports.ts";

const titles: Readonly<Record<WatchKind, string>> = {
  stale: "no bookmark for too long",
  "still-stale": "still no bookmark",
  recovered: "no longer stale",
};
const advice: Readonly<Record<WatchKind, string>> = {
  stale: "docs/operations.md says what to do. You are notified again each day, and once it is over.",
  "still-stale": "To silence a retired streamer, set a long `expectedEvery`: persist settings set.",
  recovered: "Nothing is left to do.",
};
/** docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, at most 100 characters. */
const subjectCharsMax = 100;

interface TopicOptions {
  readonly client: SNSClient;
  readonly topicArn: string;
  /** The stack, in the subject. */
  readonly service: string;
}

/** Returns a notifier that publishes to an SNS topic. Rejects with the SDK's errors. */
export function snsNotifier({ client, topicArn: TopicArn, service }: TopicOptions): Notifier {
  async function publish(title: string, lines: readonly string[], advice: string): Promise<void> {
    const Subject = `${service}: ${title} (${lines.length})`.slice(0, subjectCharsMax);
    const Message = `${[...lines, "", advice].join("\n")}\n`;
    await client.send(new PublishCommand({ TopicArn, Subject, Message }));
  }
  return {
    notify: (kind, events) => publish(titles[kind], events.map(lineOf(kind)), advice[kind]),
    notifyExpiring: tokens => publish("tokens expire soon", tokens.map(expiryOf), expiryAdvice),
  };
}

const expiryAdvice =
  "Create a new token with the same scopes, and revoke the old one: Rotating secrets in docs/operations.md.";

const expiryOf = ({ id, streamer, scopes, validUntil }: ExpiringToken): string => {
  const whose = streamer === "*" ? "all streamers" : streamer;
  const at = new Date(validUntil).toISOString();
  return `The token ${id} of ${whose} (${scopes.join(", ")}) expires at ${at}.`;
};

const lineOf =
  (kind: WatchKind) =>
  ({ streamer, from, hasBookmark, lastFailure }: WatchEvent): string => {
    const at = new Date(from).toISOString();
    if (kind === "recovered") {
      const last = hasBookmark ? `the last bookmark is of ${at}` : "though it has no bookmark";
      return `${streamer}: no longer stale, ${last}.`;
    }
    // Without a bookmark, it counts from its first delivery, or from when the bookmark was deleted.
    const none = `no bookmark yet, or it was deleted; expected since ${at}`;
    const since = hasBookmark ? `no bookmark since ${at}` : none;
    if (lastFailure === undefined || (hasBookmark && lastFailure.at < from)) return `${streamer}: ${since}.`;
    const { delivery, code, message } = lastFailure;
    const why = message === undefined ? code : `${code}: ${message}`;
    const failedAt = new Date(lastFailure.at).toISOString();
    return `${streamer}: ${since}. The delivery ${delivery} failed at ${failedAt}, ${why}`;
  };
