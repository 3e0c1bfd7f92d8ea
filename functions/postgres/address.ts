import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

/** Where a database is, and how it is reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  /** False: without TLS. Certificates are always verified. */
  readonly ssl: false | ConnectionOptions;
  readonly enableChannelBinding: boolean;
  /** Shown by the server in its list of connections. */
  readonly application: string;
}

/** Thrown for a URL that names no database. Its message holds nothing of the URL but parameters' names. */
export class NotAnAddress extends Error {
  override readonly name = "NotAnAddress";
}

const defaultPort = 5_432;
const noHost = "nowhere";
/** Managed databases' URLs have the last three; of these only `channel_binding` means something here. */
const parameters: ReadonlySet<string> = new Set([
  ...["host", "port", "sslmode", "sslrootcert", "application_name"],
  ...["channel_binding", "connect_timeout", "pgbouncer"],
]);

/**
 * Parses a database's URL, as in postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS.
 * Throws NotAnAddress.
 */
export function addressOf(text: string): Address {
  const url = parsed(text);
  for (const name of url.searchParams.keys())
    if (!parameters.has(name)) throw new NotAnAddress(`its parameter ${name} is not supported`);
  const user = decoded(url.username);
  const host = url.searchParams.get("host") ?? decoded(url.hostname).replace(/^\[(.*)\]$|^nowhere$/, "$1");
  const port = Number(url.searchParams.get("port") ?? (url.port || defaultPort));
  if (user === "") throw new NotAnAddress("it names no user");
  if (host === "") throw new NotAnAddress("it names no host");
  if (!Number.isInteger(port)) throw new NotAnAddress("its port is not a number");
  const database = decoded(url.pathname.slice(1)) || user;
  const password = url.password === "" ? undefined : decoded(url.password);
  const enableChannelBinding = url.searchParams.get("channel_binding") === "require";
  const ssl = tlsOf(host, url.searchParams);
  const application = url.searchParams.get("application_name") ?? "persister";
  return { host, port, database, user, password, ssl, enableChannelBinding, application };
}

/** Returns where a database is, for messages. */
export const placeOf = ({ host, port, database }: Address): string => `${host}:${port}/${database}`;

function parsed(text: string): URL {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new NotAnAddress("it does not begin with postgres://");
  // A socket's host is a parameter, and the URL class requires one after an `@`.
  const url = text.replace(/^(\w+:\/\/[^/?#@]*@)(?=[/?])/, `$1${noHost}`);
  if (!URL.canParse(url)) throw new NotAnAddress("it is not a valid URL");
  return new URL(url);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new NotAnAddress("it has a % that is not an escape");
  }
}

function tlsOf(host: string, query: URLSearchParams): Address["ssl"] {
  const mode = query.get("sslmode") ?? (isLocal(host) ? "disable" : "verify-full");
  if (mode === "disable") return false;
  if (!["require", "verify-ca", "verify-full"].includes(mode))
    throw new NotAnAddress("its sslmode is not one of disable, require, verify-ca, verify-full");
  const file = query.get("sslrootcert");
  return {
    rejectUnauthorized: true,
    ...(file !== null && { ca: authorities(file) }),
    ...(mode === "verify-ca" && { checkServerIdentity: () => undefined }),
  };
}

const isLocal = (host: string) =>
  host.startsWith("/") || host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

function authorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new NotAnAddress(`its sslrootcert can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
