import { GetObjectCommand, PutObjectCommand, S3ServiceException } from "@aws-sdk/client-s3";

export type BucketCommand = GetObjectCommand | PutObjectCommand;

/** An error of S3 after this many attempts of the SDK. */
export const s3Error = (name: string, httpStatusCode: number, attempts: number) =>
  new S3ServiceException({
    name,
    $fault: httpStatusCode < 500 ? "client" : "server",
    message: name,
    $metadata: { httpStatusCode, attempts },
  });

/** A bucket in memory. */
export class SimulatedBucket {
  readonly objects = new Map<string, Uint8Array>();

  /** The output of a command. Throws the SDK's errors. */
  do(command: BucketCommand, attempt: number): object {
    if (command instanceof PutObjectCommand) return this.#put(command, attempt);
    if (command instanceof GetObjectCommand) return this.#get(command, attempt);
    throw new Error(`The simulated bucket does not know ${(command as object).constructor.name}`);
  }

  #put({ input: { Key, Body, IfNoneMatch } }: PutObjectCommand, attempt: number): object {
    if (IfNoneMatch === "*" && this.objects.has(Key!)) throw s3Error("PreconditionFailed", 412, attempt);
    this.objects.set(Key!, (Body as Uint8Array).slice());
    return {};
  }

  #get({ input: { Key } }: GetObjectCommand, attempt: number): object {
    const bytes = this.objects.get(Key!);
    if (bytes === undefined) throw s3Error("NoSuchKey", 404, attempt);
    return { Body: { transformToByteArray: async () => bytes } };
  }
}
