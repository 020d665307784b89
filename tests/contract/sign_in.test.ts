// Signing in through others, and the mails that it takes, against the real things: an OpenID provider and an SMTP server from
// npm, and a session exchange (contract/auth.md §2, §3, §5).
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

const listen = (server: { listen: Server["listen"]; address: Server["address"] }) =>
  new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

// A browser, as far as a sign-in needs one: cookies of each host, redirects followed by hand.
class Browser {
  private readonly cookies = new Map<string, string>();
  async go(url: string, form?: Record<string, string>): Promise<{ status: number; location: string; text: string }> {
    const { host } = new URL(url);
    const mine = [...this.cookies].filter(([key]) => key.startsWith(`${host} `)).map(([key, value]) => `${key.slice(host.length + 1)}=${value}`);
    const answer = await fetch(url, { redirect: "manual", headers: { Cookie: mine.join("; ") }, ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}) });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      this.cookies.set(`${host} ${name}`, value);
    }
    const location = answer.headers.get("location");
    return { status: answer.status, location: location ? (/^[a-z]+:/.test(location) ? location : new URL(location, url).href) : "", text: await answer.text() };
  }
  // From the provider's first page to where it sends the browser in the end, signed in as `login`.
  async signIn(at: string, login: string, end: RegExp): Promise<string> {
    for (let step = 0, url = at; step < 12; ++step) {
      if (end.test(url)) return url;
      let page = await this.go(url);
      if (!page.location) {
        const prompt = /name="prompt" value="(\w+)"/.exec(page.text)![1];
        page = await this.go(url, prompt === "login" ? { prompt, login, password: "any" } : { prompt });
      }
      url = page.location;
    }
    throw new Error("the sign-in did not end");
  }
}

describe("a provider of OpenID", () => {
  const client = { id: "grover-client", secret: "a secret of the client" };
  // What the provider says of somebody: by the name they log in with.
  const people = new Map<string, Record<string, unknown>>();
  let http: Server;
  let issuer: string;
  let grover: Grover;

  beforeAll(async () => {
    http = createServer();
    issuer = `http://127.0.0.1:${await listen(http)}`;
    grover = await Grover.start({ GOOGLE_CLIENT_ID: client.id, GOOGLE_CLIENT_SECRET: client.secret, GOOGLE_DISCOVERY_URL: `${issuer}/.well-known/openid-configuration` });
    const provider = new Provider(issuer, {
      clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [`${await linkBase()}/api/auth/google/callback`, "http://localhost/native"], response_types: ["code"], grant_types: ["authorization_code"] }],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "picture"] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      cookies: { keys: ["a key for the test"] },
      findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) }),
    });
    http.on("request", provider.callback());
  });
  afterAll(async () => {
    await grover.stop();
    http.closeAllConnections();
    http.close();
  });
  afterEach(() => people.clear());

  // Where the server says that it is: what PUBLIC_BASE_URL would name.
  async function linkBase(): Promise<string> {
    const start = await grover.send("GET", "/api/auth/google/start?redirect=grover://auth-callback");
    return start.status === 302 ? new URL(new URL(start.headers.get("location")!).searchParams.get("redirect_uri")!).origin : `http://localhost:${new URL(grover.url).port}`;
  }
  const start = (browser: Browser, redirect = "grover://auth-callback") => browser.go(`${grover.url}/api/auth/google/start?redirect=${encodeURIComponent(redirect)}`);
  // The links name "localhost"; the test speaks to the same server by its address, where the browser has its cookie.
  const back = (browser: Browser, url: string) => browser.go(grover.url + url.slice(url.indexOf("/api/auth/google/callback")));
  async function signIn(login: string): Promise<string> {
    const browser = new Browser();
    const { location } = await start(browser);
    return (await back(browser, await browser.signIn(location, login, /\/api\/auth\/google\/callback/))).location;
  }

  it("is asked with code flow, PKCE, state and nonce, and what comes back is a session, once", async () => {
    people.set("ada", { email: "Ada@Example.com", email_verified: true, name: "Ada Lovelace", picture: "https://pictures.example/ada.png" });
    const browser = new Browser();
    const away = await start(browser);
    expect(away.status).toBe(302);
    const asked = new URL(away.location).searchParams;
    expect(asked.get("response_type")).toBe("code");
    expect(asked.get("scope")).toBe("openid email profile");
    expect(asked.get("code_challenge_method")).toBe("S256");
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)!.length).toBeGreaterThanOrEqual(43);

    const returned = await browser.signIn(away.location, "ada", /\/api\/auth\/google\/callback/);
    expect((await back(new Browser(), returned)).status, "another browser").toBe(400);
    const done = await back(browser, returned);
    expect(done.status).toBe(302);
    expect(done.location).toMatch(/^grover:\/\/auth-callback#session_id=sid_[\w-]+$/);
    expect((await back(browser, returned)).status, "a second time").toBe(400);

    const id = done.location.split("=")[1];
    const session = (await grover.get(`/api/auth/session?session_id=${id}`)).json;
    expect(session).toMatchObject({ email: "ada@example.com", email_verified: true, name: "Ada Lovelace", picture: "https://pictures.example/ada.png", is_new_user: true, has_password: false });
    expect((await grover.get(`/api/auth/session?session_id=${id}`)).json.session_token).toBe(session.session_token);
    expect((await grover.get("/api/auth/identities", session.session_token)).json.identities).toMatchObject([{ provider: "google", email: "Ada@Example.com".toLowerCase() }]);
    expect((await grover.delete("/api/auth/identities/google", session.session_token)).status).toBe(400);
    expect((await grover.get("/api/auth/sessions", session.session_token)).json.sessions[0].method).toBe("google");
  });

  it("knows somebody again by what it calls them, whatever their address is by then", async () => {
    people.set("grace", { email: "grace@example.com", email_verified: true, name: "Grace" });
    const first = (await grover.get(`/api/auth/session?session_id=${(await signIn("grace")).split("=")[1]}`)).json;
    people.set("grace", { email: "hopper@example.com", email_verified: true, name: "Someone Else" });
    const again = (await grover.get(`/api/auth/session?session_id=${(await signIn("grace")).split("=")[1]}`)).json;
    expect(again).toMatchObject({ user_id: first.user_id, email: "grace@example.com", name: "Grace", is_new_user: false });
  });

  it("takes an unverified account over from whoever made it up, sessions and password included", async () => {
    const squatter = await grover.user("victim");
    people.set("victim", { email: "victim@example.com", email_verified: true, name: "Victim" });
    const owner = (await grover.get(`/api/auth/session?session_id=${(await signIn("victim")).split("=")[1]}`)).json;
    expect(owner).toMatchObject({ user_id: squatter.id, email_verified: true, has_password: false, is_new_user: false });
    expect((await grover.get("/api/auth/me", squatter.token)).status).toBe(401);
    expect((await grover.post("/api/auth/login", undefined, { email: "victim@example.com", password: "correct horse 9" })).status).toBe(401);
  });

  it("lets nobody in whose address it does not vouch for, or who refused", async () => {
    people.set("mallory", { email: "mallory@example.com", email_verified: false, name: "Mallory" });
    expect(await signIn("mallory")).toBe("grover://auth-callback#error=access_denied");
    const browser = new Browser();
    const { location } = await start(browser);
    const state = new URL(location).searchParams.get("state")!;
    expect((await back(browser, `/api/auth/google/callback?error=access_denied&state=${state}`)).location).toBe("grover://auth-callback#error=access_denied");
    expect((await back(browser, `/api/auth/google/callback?code=x&state=${state}`)).status).toBe(400);
    const forged = await back(browser, "/api/auth/google/callback?code=x&state=made-up");
    expect([forged.status, forged.location]).toEqual([400, ""]);
    expect((await grover.post("/api/auth/login", undefined, { email: "mallory@example.com", password: "x" })).status).toBe(401);
  });

  it("leads nowhere but to targets on the list", async () => {
    for (const redirect of ["https://evil.example/", "//evil.example", "javascript:alert(1)", "data:text/html,x", "grover:/x", "https://grover/", "http://localhost/", "grover://x\r\nSet-Cookie: a=b", "\\\\evil.example", ""]) {
      for (const path of ["google/start", "login"]) {
        const answer = await grover.send("GET", `/api/auth/${path}?redirect=${encodeURIComponent(redirect)}`);
        expect(answer.status, `${path} ${redirect}`).toBe(400);
        expect(answer.headers.get("location"), redirect).toBeNull();
      }
    }
    expect((await grover.send("GET", "/api/auth/google/start")).status).toBe(422);
    expect((await grover.send("GET", "/api/auth/login?redirect=grover://auth-callback")).text).toContain("<form");
  });

  it("signs apps in by its own token, and takes no altered, foreign or stale one", async () => {
    people.set("native", { email: "native@example.com", email_verified: true, name: "Native" });
    const verifier = randomBytes(32).toString("base64url");
    const nonce = randomBytes(16).toString("hex");
    const asked = new URLSearchParams({ client_id: client.id, response_type: "code", scope: "openid email profile", redirect_uri: "http://localhost/native", state: "s", nonce, code_challenge_method: "S256", code_challenge: createHash("sha256").update(verifier).digest("base64url") });
    const end = await new Browser().signIn(`${issuer}/auth?${asked}`, "native", /^http:\/\/localhost\/native/);
    const tokens = await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { Authorization: `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(client.secret)}`).toString("base64")}` },
      body: new URLSearchParams({ grant_type: "authorization_code", code: new URL(end).searchParams.get("code")!, redirect_uri: "http://localhost/native", code_verifier: verifier }),
    });
    const { id_token } = (await tokens.json()) as { id_token: string };
    const [header, payload, signature] = id_token.split(".");
    const altered = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), email: "ada@example.com" })).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const bad of [`${header}.${altered}.${signature}`, `${none}.${altered}.`, `${none}.${payload}.`, "x.y.z", "", id_token.slice(0, -8)]) {
      const answer = await grover.post("/api/auth/google", undefined, { id_token: bad, nonce });
      expect(answer.status, bad.slice(0, 20)).toBe(401);
      expect(answer.json.detail).toBe("Invalid Google token");
    }
    expect((await grover.post("/api/auth/google", undefined, { id_token, nonce: "another" })).status).toBe(401);
    expect((await grover.post("/api/auth/google", undefined, {})).status).toBe(422);
    const answer = await grover.post("/api/auth/google", undefined, { id_token, nonce });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ email: "native@example.com", is_new_user: true });
    expect(answer.headers.get("set-cookie")).toMatch(/^grover_rt=.*HttpOnly/);
  });

  it("writes none of it into the log", () => {
    const log = grover.log();
    expect(log).toContain("/api/auth/google/callback");
    for (const secret of ["sid_", client.secret, "ada@example.com", "native@example.com"]) expect(log, secret).not.toContain(secret);
  });
});

describe("a session exchange", () => {
  let exchange: Server;
  let url: string;
  let answer: (id: string) => [status: number, body: string];
  let grover: Grover;
  beforeAll(async () => {
    exchange = createServer((request, response) => {
      const [status, body] = answer(String(request.headers["x-session-id"]));
      response.writeHead(status, status === 302 ? { Location: "/elsewhere" } : { "Content-Type": "application/json" }).end(body);
    });
    url = `http://127.0.0.1:${await listen(exchange)}`;
    grover = await Grover.start({ AUTH_BACKEND_URL: url });
  });
  afterAll(async () => {
    await grover.stop();
    exchange.closeAllConnections();
    exchange.close();
  });
  const redeem = (id: string) => grover.get(`/api/auth/session?session_id=${encodeURIComponent(id)}`);

  it("vouches for an address; its token becomes the session, and is nobody else's", async () => {
    answer = (id) => [200, JSON.stringify({ id: "1", email: `${id}@Example.com`, picture: "javascript:alert(1)", session_token: "token-of-the-exchange", extra: { $ne: 1 } })];
    const ada = await redeem("ada");
    expect(ada.status, ada.text).toBe(200);
    expect(ada.json).toMatchObject({ email: "ada@example.com", name: "ada", picture: null, email_verified: true, is_new_user: true, session_token: "token-of-the-exchange" });
    expect((await grover.get("/api/auth/me", "token-of-the-exchange")).json.user_id).toBe(ada.json.user_id);
    expect((await redeem("ada")).json).toMatchObject({ user_id: ada.json.user_id, is_new_user: false });
    const bob = await redeem("bob");
    expect([bob.status, bob.json.detail]).toEqual([400, "Invalid session ID"]);
    expect((await grover.send("POST", "/api/auth/session", { body: { session_id: "ada" } })).status).toBe(200);
  });

  it("makes one account of many first sign-ins at once", async () => {
    answer = () => [200, JSON.stringify({ email: "many@example.com", name: "Many" })];
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => redeem(`first-${i}`)));
    expect(new Set(all.map((one) => one.json.user_id)).size).toBe(1);
    expect(all.filter((one) => one.json.is_new_user)).toHaveLength(1);
    expect(new Set(all.map((one) => one.json.session_token)).size).toBe(12);
  });

  it("that refuses is 400, one that is broken is 502 in our own words", async () => {
    for (const [status, body, expected] of [
      [404, '{"detail":"words of the exchange"}', 400],
      [401, "", 400],
      [302, "", 400],
      [500, "words of the exchange", 502],
      [200, "words of the exchange", 502],
      [200, "[]", 502],
      [200, '{"email":"no address"}', 502],
      [200, `{"email":"a@example.com","x":"${"y".repeat(70_000)}"}`, 502],
    ] as [number, string, number][]) {
      answer = () => [status, body];
      const sent = await redeem("anything");
      expect(sent.status, `${status} ${body.slice(0, 40)}`).toBe(expected);
      expect(sent.json.detail).toBe(expected === 400 ? "Invalid session ID" : "Sign-in service unavailable");
    }
    expect(grover.log()).not.toMatch(/token-of-the-exchange|words of the exchange/);
  });
});

// The server trusts the certificates of the system: in a mount namespace of its own it finds that of the test among them.
function trusting(certificate: string): string[] {
  const script = `mount --bind ${certificate} /etc/ssl/certs/ca-certificates.crt && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, "sh"];
}

describe("an SMTP server", () => {
  it("gets every mail over STARTTLS, signed in, and again when it was away", async (context) => {
    const directory = mkdtempSync(join(tmpdir(), "grover-smtp-"));
    const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    spawnSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    const [command, ...args] = [...trusting(cert), "true"];
    if (spawnSync(command, args).status !== 0) {
      rmSync(directory, { recursive: true, force: true });
      return context.skip();
    }
    const mails: { from: string; to: string[]; text: string; secure: boolean; user: unknown }[] = [];
    let away = true;
    let refused = 0;
    const smtp = new SMTPServer({
      key: readFileSync(key),
      cert: readFileSync(cert),
      onAuth: (auth: { username: string; password: string }, _: unknown, done: (error: Error | null, as?: { user: string }) => void) => (auth.username === "mailer" && auth.password === "secret of the mailer" ? done(null, { user: "mailer" }) : done(new Error("no"))),
      onMailFrom: (_: unknown, __: unknown, done: (error?: Error) => void) => {
        if (away) ++refused;
        done(away ? Object.assign(new Error("come back later"), { responseCode: 451 }) : undefined);
      },
      onData: (stream: NodeJS.ReadableStream, session: any, done: () => void) => {
        let text = "";
        stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({ from: mailFrom ? mailFrom.address : "", to: rcptTo.map((one: { address: string }) => one.address), text, secure: session.secure, user: session.user });
          done();
        });
      },
    });
    // Clients that hang up are no error of the test.
    smtp.on("error", () => {});
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    const { port } = smtp.server.address() as AddressInfo;
    const settings = { EMAIL_BACKEND: "smtp", SMTP_HOST: "localhost", SMTP_PORT: String(port), SMTP_USER: "mailer", SMTP_PASSWORD: "secret of the mailer", SMTP_FROM_EMAIL: "hello@grover.example" };
    const grover = await Grover.start(settings, { wrapper: trusting(cert) });
    try {
      // No request waits for the mail server, and none fails because it is away.
      const ada = await grover.user("ada");
      expect((await grover.post("/api/auth/password/forgot", undefined, { email: "ada@example.com" })).status).toBe(200);
      await expect.poll(() => refused, { timeout: 60_000 }).toBeGreaterThan(0);
      expect(mails).toEqual([]);
      away = false;
      await expect.poll(() => mails.length, { timeout: 90_000, interval: 200 }).toBe(2);
      for (const mail of mails) {
        expect(mail).toMatchObject({ from: "hello@grover.example", to: ["ada@example.com"], secure: true, user: "mailer" });
        expect(mail.text).toMatch(/^From: .*<hello@grover\.example>/m);
      }
      const reset = mails.find(({ text }) => /^Subject: .*password/im.test(text))!;
      const token = /token=([\w-]+)/.exec(reset.text)![1];
      expect((await grover.post("/api/auth/password/reset", undefined, { token, password: "a much better one" })).status).toBe(200);
      expect((await grover.get("/api/auth/me", ada.token)).status).toBe(401);
      expect(grover.log()).not.toContain(token);
      expect(grover.log()).not.toContain("secret of the mailer");
    } finally {
      await grover.stop();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      rmSync(directory, { recursive: true, force: true });
    }
  }, 120_000);
});
