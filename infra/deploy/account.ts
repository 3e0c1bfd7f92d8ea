import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { CommandError } from "../run-command.ts";

/**
 * Resolves to the credentials' account, by STS. Throws CommandError if they are missing or AWS refuses
 * them.
 */
export async function checkCredentials(region: string): Promise<string> {
  const sts = new STSClient({ region });
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return `account ${Account}, as ${Arn}`;
  } catch (error) {
    throw new CommandError(sentenceOf(error as Error & { readonly code?: string }, region), { cause: error });
  }
}

function sentenceOf(error: Error & { readonly code?: string }, region: string): string {
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN")
    return `AWS can't be reached in ${region}: is that the name of a region?`;
  switch (error.name) {
    case "CredentialsProviderError":
      return "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
    case "ExpiredToken":
    case "ExpiredTokenException":
      return "The credentials have expired: log in again.";
    case "InvalidClientTokenId":
      // STS responds the same in a region that the account has not enabled.
      return `AWS does not know these credentials in ${region}: check them, and enable that region.`;
    case "SignatureDoesNotMatch":
      return "The secret access key is not that of AWS_ACCESS_KEY_ID.";
    default:
      return `The credentials can't be checked: ${error.name}: ${error.message}`;
  }
}
