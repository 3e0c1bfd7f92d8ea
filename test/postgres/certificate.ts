import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs for one server, whose `names` are host names or IPv4 addresses: RFC 5280. */
export function certify(names: readonly string[]): {
  readonly authority: string;
  readonly server: Certificate;
} {
  const [ours, theirs] = [newKey(), newKey()];
  const authority = certificate({
    subject: "authority",
    key: ours.publicKey,
    by: ours.privateKey,
    names: [],
  });
  const cert = certificate({ subject: "server", key: theirs.publicKey, by: ours.privateKey, names });
  const key = theirs.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { authority, server: { cert, key } };
}

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

interface Wanted {
  readonly subject: string;
  readonly key: KeyObject;
  readonly by: KeyObject;
  /** An authority has none. */
  readonly names: readonly string[];
}

function certificate({ subject, key, by, names }: Wanted): string {
  const algorithm = sequence(oid(ecdsaWithSha256));
  const usage = names.length === 0 ? basicConstraints : alternativeNames(names);
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(names.length + 1),
    algorithm,
    nameOf("authority"),
    sequence(time(-day), time(day)),
    nameOf(subject),
    key.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(usage)),
  );
  const signature = tagged(bitString, Buffer.from([0]), sign("sha256", body, by));
  const pem = sequence(body, algorithm, signature).toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`;
}

const day = 86_400_000;
const bitString = 0x03;
const octetString = 0x04;
const ecdsaWithSha256 = "2a8648ce3d040302";
const commonName = "550403";

/** Returns a value of ASN.1 in DER: X.690. */
function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const short = [length];
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? short : long)]), content]);
}

const sequence = (...contents: readonly Uint8Array[]) => tagged(0x30, ...contents);
const oid = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
/** A number of at most 32 bits. */
const integer = (value: number) => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  return tagged(
    0x02,
    bytes.subarray(value === 0 ? 4 : bytes.findIndex((byte, n) => byte !== 0 || bytes[n + 1]! > 127)),
  );
};
const text = (tag: number, value: string) => tagged(tag, Buffer.from(value));
const nameOf = (name: string) => sequence(tagged(0x31, sequence(oid(commonName), text(0x0c, name))));
const time = (from: number) =>
  text(0x18, `${new Date(Date.now() + from).toISOString().replace(/\D/g, "").slice(0, 14)}Z`);
const extension = (id: string, value: Buffer) => sequence(oid(id), tagged(octetString, value));
const basicConstraints = extension("551d13", sequence(tagged(0x01, Buffer.from([0xff]))));
const alternativeNames = (names: readonly string[]) =>
  extension("551d11", sequence(...names.map(alternativeName)));
const alternativeName = (name: string) =>
  isIPv4(name) ? tagged(0x87, Buffer.from(name.split(".").map(Number))) : text(0x82, name);
