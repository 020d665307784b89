// A push service as browsers' makers run them (RFC 8030), and a browser that subscribed to it (RFC 8291). The service checks what
// a real one checks: the VAPID token (RFC 8292), the headers, the size. The browser decrypts with its private key.
import { execFileSync } from "node:child_process";
import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
// @ts-expect-error: the package brings no types
import ece from "http_ece";

const base64url = (bytes: Buffer) => bytes.toString("base64url");

export interface VapidKeys {
  VAPID_PUBLIC_KEY: string;
  VAPID_PRIVATE_KEY: string;
  VAPID_SUBJECT: string;
}
export function vapidKeys(): VapidKeys {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  return { VAPID_PUBLIC_KEY: base64url(pair.getPublicKey()), VAPID_PRIVATE_KEY: base64url(pair.getPrivateKey()), VAPID_SUBJECT: "mailto:ops@example.org" };
}

// Why the token is not that of `publicKey` for `origin`; empty: it is.
function problemWithVapid(authorization: string | undefined, origin: string, publicKey: string): string {
  const found = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)$/.exec(authorization ?? "");
  if (!found) return "no VAPID authorization";
  const [, head, claims, signature, key] = found;
  if (key !== publicKey) return "another key";
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256", x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
  const { alg, typ } = JSON.parse(Buffer.from(head, "base64url").toString());
  if (alg !== "ES256" || typ !== "JWT") return "no ES256 JWT";
  const signed = verify("sha256", Buffer.from(`${head}.${claims}`), { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  if (!signed) return "bad signature";
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, "base64url").toString());
  if (aud !== origin) return `aud is ${aud}`;
  const left = exp - Date.now() / 1000;
  if (left <= 0 || left > 12 * 3600) return `expires in ${left} s`;
  return /^(mailto:|https:\/\/)./.test(sub) ? "" : "no subject";
}

export interface Received {
  at: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
  answered: number | "silence" | "drop";
}

type Answer = number | "silence" | "drop" | { status: number; headers: Record<string, string> } | (() => Promise<number>);

export class PushService {
  readonly problems: string[] = [];
  connections = 0;
  unheard = 0; // answers that came too late
  private readonly browsers = new Map<string, { received: Received[]; answers: Answer[] }>();
  private constructor(private server: Server, readonly origin: string, readonly caFile: string, private folder: string, private publicKey: string) {}

  static async start(publicKey: string): Promise<PushService> {
    const folder = mkdtempSync(join(tmpdir(), "grover-web-push-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=push service of a test",
      "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], { stdio: "ignore" });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const service = new PushService(server, `https://127.0.0.1:${port}`, certificate, folder, publicKey);
    server.on("connection", () => ++service.connections);
    server.on("request", (request, response) => service.take(request, response));
    return service;
  }

  // Answers of the next requests to that subscription; then 201 again.
  answer(browser: Browser, ...answers: Answer[]): void {
    this.browsers.get(browser.id)!.answers.push(...answers);
  }
  received(browser: Browser): Received[] {
    return this.browsers.get(browser.id)!.received;
  }
  register(id: string): void {
    this.browsers.set(id, { received: [], answers: [] });
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const browser = this.browsers.get(/^\/wpush\/v2\/([\w-]+)$/.exec(request.url ?? "")?.[1] ?? "");
    const reply = (status: number, headers: Record<string, string> = {}) => void response.writeHead(status, headers).end();
    if (!browser) return reply(404);
    const { ttl, urgency, topic, authorization } = request.headers;
    const refuse = (problem: string) => {
      this.problems.push(problem);
      reply(400);
    };
    const problem = problemWithVapid(authorization, this.origin, this.publicKey);
    if (problem) return refuse(problem);
    if (request.method !== "POST") return refuse("no POST");
    if (!/^\d+$/.test(String(ttl))) return refuse("no TTL");
    if (!["very-low", "low", "normal", "high"].includes(String(urgency))) return refuse("no Urgency");
    if (topic !== undefined && !/^[\w-]{1,32}$/.test(String(topic))) return refuse("a bad Topic");
    if (request.headers["content-encoding"] !== "aes128gcm") return refuse("not aes128gcm");
    if (body.length > 4096) return refuse("more than 4,096 bytes");
    let next = browser.answers.shift() ?? 201;
    if (typeof next === "function") {
      next = await next();
      if (request.socket.destroyed) ++this.unheard;
    }
    browser.received.push({ at: Date.now(), headers: request.headers, body, answered: typeof next === "object" ? next.status : next });
    if (next === "silence") return;
    if (next === "drop") return void request.socket.destroy();
    if (typeof next === "object") return reply(next.status, next.headers);
    reply(next, next === 201 ? { Location: `${this.origin}/message/${randomBytes(9).toString("hex")}` } : {});
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Shown {
  title: string;
  body: string;
  icon: string | null;
  badge: string | null;
  tag: string;
  data: Record<string, string>;
}

export class Browser {
  readonly id = randomBytes(24).toString("base64url");
  private readonly keys: ECDH = createECDH("prime256v1");
  private readonly secret = randomBytes(16);
  constructor(readonly service: PushService) {
    this.keys.generateKeys();
    service.register(this.id);
  }
  // What PushSubscription.toJSON() gives.
  subscription() {
    return { endpoint: `${this.service.origin}/wpush/v2/${this.id}`, expirationTime: null, keys: { p256dh: base64url(this.keys.getPublicKey()), auth: base64url(this.secret) } };
  }
  read(received: Received): Shown {
    const text = ece.decrypt(received.body, { version: "aes128gcm", privateKey: this.keys, authSecret: base64url(this.secret) }) as Buffer;
    return JSON.parse(text.toString());
  }
  all(): Received[] {
    return this.service.received(this);
  }
  // As soon as so many requests came; then they are all there are.
  async requests(count: number, wait = 20_000): Promise<Received[]> {
    for (const end = Date.now() + wait; this.all().length < count && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
    return this.all();
  }
}
