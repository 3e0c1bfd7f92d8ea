import { ListSubscriptionsByTopicCommand, type SNSClient } from "@aws-sdk/client-sns";
import { CommandError } from "../run-command.ts";

/** Resolves to the subscribers of an alarm topic, a sentence each. */
export async function subscriptionsOf(sns: SNSClient, TopicArn: string): Promise<string[]> {
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  if (Subscriptions.length === 0)
    return ["Nobody is subscribed to alarms: deploy with --param alarmAddress=<an e-mail address>."];
  return Subscriptions.map(({ Endpoint, SubscriptionArn }) =>
    SubscriptionArn === "PendingConfirmation"
      ? `${Endpoint} gets no alarm yet: confirm the subscription in the mail that AWS sent there.`
      : `Alarms go to ${Endpoint}.`,
  );
}

/** A new API's first answers may be 404, until all of the region knows its routes. */
const patience = { attempts: 10, waitMilliseconds: 3_000 };

/**
 * Asks the endpoint whether it is healthy. Throws CommandError if it is not within half a minute; if there is
 * no answer, the message names `dnsTarget`, to which a custom domain must point.
 */
export async function checkHealth(
  url: string,
  { attempts, waitMilliseconds } = patience,
  dnsTarget?: string,
): Promise<void> {
  const health = `${url}/v1/health`;
  let heard = "";
  let hint = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    [heard, hint] = await fetch(health).then(
      ({ status }) => [String(status), "see the log of `bookmark`"],
      (error: Error) => [String(error.cause ?? error), dnsHint(url, dnsTarget)],
    );
    if (heard === "200") return;
    if (attempt < attempts) await new Promise(resolve => setTimeout(resolve, waitMilliseconds));
  }
  throw new CommandError(`The stack is deployed, and GET ${health} answers ${heard}: ${hint}.`);
}

const dnsHint = (url: string, dnsTarget: string | undefined) =>
  dnsTarget === undefined
    ? "can this machine reach it"
    : `point the DNS record of ${new URL(url).hostname} to ${dnsTarget}`;
