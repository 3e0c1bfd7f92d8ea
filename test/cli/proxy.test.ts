import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { httpSender } from "../../cli/http.ts";
import { proxyOf } from "../../cli/proxy.ts";
import { listen } from "../../infra/local/listen.ts";
import { certify } from "../postgres/certificate.ts";
import { commanded, persisted } from "./program.ts";

/** `persist` behind a proxy that finds `persister.test`, an endpoint with a private certificate. */
const host = "persister.test";
const { authority, server: certificate } = certify([host]);
const answer = (path = "") => JSON.stringify({ streamers: [], path });
const open: { close(): Promise<void> }[] = [];
let dir: string;
let proxy: string;
let connections = 0;
const seen: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-proxy-"));
  await writeFile(join(dir, "authority.pem"), authority);
  const plain = await listen(createServer((message, response) => response.end(answer(message.url))));
  const secure = createSecureServer(certificate, (message, response) => response.end(answer(message.url)));
  secure.on("secureConnection", () => connections++);
  const secured = await listen(secure);
  const portOf = (url: string) => Number(new URL(url).port);
  const server = createServer((message, response) => {
    seen.push(`${message.method} ${message.url}`);
    const { pathname } = new URL(message.url!);
    const target = { port: portOf(plain.url), path: pathname, headers: message.headers };
    message.pipe(request(target, answered => answered.pipe(response.writeHead(answered.statusCode!))));
  });
  server.on("connect", (message, socket) => {
    seen.push(`CONNECT ${message.url} ${message.headers["proxy-authorization"] ?? ""}`.trim());
    if (message.url === "locked.test:443")
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const target = connect(portOf(secured.url), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const each of [target, socket]) each.on("error", () => target.destroy());
    return undefined;
  });
  const listening = await listen(server);
  proxy = listening.url;
  open.push(listening, plain, secured);
});
afterAll(async () => {
  await Promise.all(open.map(each => each.close()));
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  seen.length = 0;
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
});
afterEach(() => void vi.unstubAllEnvs());

const get = (url: string) => ({ url: new URL(url), method: "GET", headers: {} });

describe("a proxy", () => {
  it("tunnels https, over a connection that is kept", async () => {
    const { code, stdout, stderr } = await persisted(
      ["streamers", "--json", "--endpoint", `https://${host}`],
      "",
      {
        PERSIST_TOKEN: "t",
        HTTPS_PROXY: proxy.replace("//", "//user:pass%20word@"),
        NODE_EXTRA_CA_CERTS: join(dir, "authority.pem"),
      },
    );
    expect([code, JSON.parse(stdout), stderr]).toEqual([0, { streamers: [] }, ""]);
    // Two requests.
    expect(seen).toEqual([`CONNECT ${host}:443 Basic ${btoa("user:pass word")}`]);
    expect(connections).toBe(1);
  });

  it("gets http requests with the whole URL", async () => {
    vi.stubEnv("HTTP_PROXY", proxy);
    const send = httpSender();
    expect(await send(get(`http://${host}/v1/a`))).toMatchObject({ status: 200, text: answer("/v1/a") });
    expect(seen).toEqual([`GET http://${host}/v1/a`]);
  });

  it("whose certificate authority is not known is reported", async () => {
    vi.stubEnv("https_proxy", proxy.replace("http://", ""));
    const { status, text } = await httpSender()(get(`https://${host}/`));
    expect([status, text]).toEqual([
      0,
      expect.stringMatching(/certificate.* through the proxy http:\/\/127/),
    ]);
  });

  it("that asks for a password is reported", async () => {
    const asked = commanded(["streamers", "--endpoint", "https://locked.test"], {
      PERSIST_TOKEN: "t",
      HTTPS_PROXY: proxy,
    });
    await expect(asked).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^A proxy before https:\/\/locked\.test asks for a password/),
    });
  });

  it("that is down is named, without its password", async () => {
    vi.stubEnv("HTTPS_PROXY", "http://user:secret@127.0.0.1:1");
    const { text } = await httpSender()(get(`https://${host}/`));
    expect(text).toBe("ECONNREFUSED 127.0.0.1:1 through the proxy http://127.0.0.1:1");
  });
});

describe("the environment", () => {
  it.each([
    ["https://a.test/", { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    ["https://a.test/", { https_proxy: "p:1" }, "http://p:1"],
    ["http://a.test/", { HTTP_PROXY: "https://p:1", HTTPS_PROXY: "http://q:1" }, "https://p:1"],
    ["https://a.test/", { HTTP_PROXY: "http://p:1" }, "none"],
    ["https://a.test/", { ALL_PROXY: "http://p:1" }, "http://p:1"],
    ["https://a.test/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "b.test,a.test" }, "none"],
    ["https://a.test/", { HTTPS_PROXY: "http://p:1", NO_PROXY: ".test" }, "none"],
    ["https://a.test/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, "none"],
    ["https://a.test/", { HTTPS_PROXY: "http://p:1", NO_PROXY: "b.test" }, "http://p:1"],
    ["http://localhost:4848/", { HTTP_PROXY: "http://p:1" }, "none"],
    ["http://127.0.0.1:4848/", { HTTP_PROXY: "http://p:1" }, "none"],
  ])("for %s with %j means the proxy %s", (url, env, name) => {
    for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
    expect(proxyOf(new URL(url))?.name ?? "none").toBe(name);
  });

  it("with a proxy of another kind is refused", () => {
    vi.stubEnv("HTTPS_PROXY", "socks5://p:1");
    expect(() => proxyOf(new URL("https://a.test/"))).toThrow("set it as http://HOST:PORT in HTTPS_PROXY");
  });
});
