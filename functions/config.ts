import * as z from "zod";

const bareUrl = z.url().transform(url => url.replace(/\/+$/, ""));

const environment = z.object({
  ARCHIVE_BUCKET: z.string().min(1),
  TABLE_NAME: z.string().min(1),
  IMPORT_API_URL: bareUrl.default("https://api.stitchdata.com"),
  STITCH_CLIENT_ID: z.coerce.number().int().positive().optional(),
  STITCH_TOKEN: z.string().min(1).optional(),
  PERSISTER_TOKEN: z.string().min(1).optional(),
  /** ARN of a secret `{"persisterToken","stitchClientId","stitchToken"}`; in AWS no secret is in the environment. */
  SECRET_ARN: z.string().min(1).optional(),
  AWS_REGION: z.string().min(1).default("us-east-1"),
  AWS_ENDPOINT_URL_S3: bareUrl.optional(),
  AWS_ENDPOINT_URL_DYNAMODB: bareUrl.optional(),
});
