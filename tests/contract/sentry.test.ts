// contract/monitoring.md §2 and contract/system.md §3: what is reported to Sentry, and what never is.
import { existsSync, readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { Postgres } from "./postgres";
import { SentryServer, until } from "./sentry";
import { Grover } from "./server";

// They wait for what comes, and a machine that others use too may be slow.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let grover: Grover;
let sentry: SentryServer;
afterEach(async () => {
  await grover?.stop();
  await sentry?.stop();
});

const start = (settings: Record<string, string> = {}) => Grover.start({ SENTRY_DSN: sentry.dsn(), ...settings });
const onDisk = () => (existsSync(join(grover.data, "sentry")) ? readdirSync(join(grover.data, "sentry")).filter((name) => name.endsWith(".envelope")) : []);

async function fail(): Promise<string> {
  const answer = await grover.get("/test-sentry");
  expect(answer.json).toEqual({ status: "error sent to Sentry", event_id: expect.stringMatching(/^[0-9a-f]{32}$/), enabled: true });
  return answer.json.event_id;
}
// Each once: what was cut off in the middle is sent again.
const eventIds = () => [...new Set<string>(sentry.events.map((event) => event.event_id))].sort();
const outcome = async (name: string) => {
  const line = new RegExp(`^grover_sentry_events_total\\{category="error",outcome="${name}"\\} (\\d+)$`, "m").exec((await grover.get("/metrics")).text);
  return Number(line?.[1]);
};

// fetch() sends no body with GET.
function getWithBody(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "GET", headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) } }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode!, text });
    });
    request.on("error", reject);
    request.end(body);
  });
}

it("reports a 500 once, with what finds it and with nothing secret", async () => {
  sentry = await SentryServer.start();
  grover = await start({ DEBUG: "false", JWT_SECRET: "a secret of more than thirty-two bytes", SENTRY_TEST_ROUTE: "true", SENTRY_ENVIRONMENT: "testing", SENTRY_DIST: "build-7", SENTRY_SERVER_NAME: "node-7" });
  const ada = await grover.user("ada");
  // A test route that strangers can use would fill the quota.
  expect((await grover.get("/test-sentry")).status).toBe(401);
  expect((await grover.get("/test-sentry", ada.token)).status).toBe(403);
  grover.configure({ ADMIN_USER_IDS: ada.id });
  await grover.restart("SIGTERM");

  const secrets = ["body-s3cret", "cookie-s3cret", "header-s3cret", "query-s3cret", "ada@example.com", "bob@example.org", "bob%40example.org", "198.51.100.7", "dsn-s3cret", ada.token];
  const answer = await getWithBody(
    `${grover.url}/api/test-sentry?mode=unhandled&page=2&token=query-s3cret&to=bob%40example.org&from=198.51.100.7`,
    { Authorization: `Bearer ${ada.token}`, Cookie: "session=cookie-s3cret", "X-Api-Key": "header-s3cret", "X-Forwarded-For": "198.51.100.7", "X-Request-Id": "request-of-ada", "Content-Type": "application/json", "User-Agent": "Tester/1 (ada@example.com)" },
    JSON.stringify({ password: "body-s3cret", email: "ada@example.com" }),
  );
  expect([answer.status, JSON.parse(answer.text)]).toEqual([500, { detail: "Internal server error", code: "internal_error", request_id: "request-of-ada" }]);
  const id = (await grover.get("/test-sentry", ada.token)).json.event_id;
  await until(() => sentry.events.some((event) => event.event_id === id));

  // What came after it is here, so no second report of it is on its way.
  const [first, ...more] = sentry.requests.filter((request) => request.text.includes("request-of-ada"));
  expect(more).toEqual([]);
  expect([first.method, first.url]).toEqual(["POST", "/prefix/api/42/envelope/"]);
  expect(first.headers).toMatchObject({
    "content-type": "application/x-sentry-envelope",
    "content-encoding": "gzip",
    "user-agent": "grover-cpp/1.0.0",
    "x-sentry-auth": "Sentry sentry_version=7, sentry_client=grover-cpp/1.0.0, sentry_key=publickey",
  });
  const event = first.items[0][1];
  expect(first.header).toEqual({ event_id: event.event_id, dsn: `http://publickey@127.0.0.1:${sentry.port}/prefix/42`, sent_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), sdk: { name: "grover-cpp", version: "1.0.0" } });
  expect(first.items.map(([item]) => item.type)).toEqual(["event"]);
  expect(event).toMatchObject({
    event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    timestamp: expect.any(Number),
    platform: "native",
    level: "error",
    server_name: "node-7",
    release: "grover@1.0.0",
    dist: "build-7",
    environment: "testing",
    transaction: "GET /test-sentry",
    exception: { values: [{ type: "std::runtime_error", value: "Test Sentry integration", mechanism: { handled: false } }] },
    user: { id: ada.id },
    request: { method: "GET", url: expect.stringMatching(/\/api\/test-sentry$/), query_string: "mode=unhandled&page=2&token=[Filtered]&to=[Filtered]&from=[Filtered]" },
    tags: { component: "http", action: "internal_error", "http.status_code": "500", route: "/test-sentry", node: "node-7", request_id: "request-of-ada" },
    contexts: { response: { status_code: 500 } },
    fingerprint: ["{{ default }}"],
  });
  expect(Math.abs(event.timestamp - Date.now() / 1000)).toBeLessThan(300);
  const seen = [...sentry.requests.map((request) => request.text + JSON.stringify(request.headers)), answer.text].join("\n");
  for (const secret of secrets) expect(seen, secret).not.toContain(secret);
  const shown = grover.log() + (await grover.get("/metrics")).text + (await grover.get("/api/health")).text;
  for (const secret of ["dsn-s3cret", "publickey"]) expect(shown, secret).not.toContain(secret);
  await until(async () => (await outcome("accepted")) === 2);
  // One connection is kept.
  expect(new Set(sentry.requests.map((request) => request.connection)).size).toBe(1);
});

it("reports no refusal: neither 4xx nor a 503 on purpose", async () => {
  sentry = await SentryServer.start();
  grover = await start({ ENABLE_COMMUNITIES: "false" });
  const ada = await grover.user("ada");
  expect((await grover.get("/api/posts/none", ada.token)).status).toBe(404);
  expect((await grover.post("/api/posts", ada.token, { nonsense: true })).status).toBe(422);
  expect((await grover.get("/api/communities/discover", ada.token)).status).toBe(503);
  const id = await fail();
  await until(() => sentry.events.length > 0);
  expect(sentry.events.map((event) => event.event_id)).toEqual([id]);
});

it.runIf(Postgres.isPossible)("reports a store that cannot be reached, and jobs that fail for it", async () => {
  const postgres = new Postgres();
  try {
    sentry = await SentryServer.start();
    grover = await start({ DATABASE_URL: postgres.url });
    const ada = await grover.user("ada");
    postgres.crash();
    const answer = await until(async () => {
      const tried = await grover.get("/api/notifications", ada.token);
      return tried.status === 503 ? tried : undefined;
    });
    expect(answer.json).toMatchObject({ detail: "Service temporarily unavailable", code: "database_error" });
    const event = await until(() => sentry.events.find((one) => one.tags.request_id === answer.json.request_id));
    expect(event).toMatchObject({ level: "error", transaction: "GET /api/notifications", tags: { component: "database", action: "database_error", "http.status_code": "503" } });
    await until(() => sentry.events.some((one) => one.tags.component === "jobs"));
  } finally {
    postgres.remove();
  }
});

it("sends nothing during a rate limit, counts what it drops, and tells so afterwards", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  await sentry.answer({ status: 429, headers: { "X-Sentry-Rate-Limits": "60:transaction:key, 2700:default;error;security:organization" } });
  await fail();
  await until(async () => (await outcome("ratelimit_backoff")) === 1);
  for (let i = 0; i < 5; ++i) await fail();
  expect(await outcome("ratelimit_backoff")).toBe(6);
  expect(await grover.restart("SIGTERM")).toBe(0);
  expect(sentry.events.length).toBe(1);
  expect(onDisk()).toEqual([]);

  // A limit that ends. The end of the process before told of those that it had dropped.
  await sentry.answer({ status: 200, headers: { "X-Sentry-Rate-Limits": "1:error:key" } });
  await fail();
  await until(async () => (await outcome("accepted")) === 1);
  await until(() => sentry.events.length === 2);
  const told = sentry.discarded.length;
  let sent = 1;
  const before = sentry.requests.length;
  await until(async () => (await fail(), ++sent, sentry.requests.length > before));
  await until(() => sentry.discarded.length > told || fail().then(() => (++sent, false)));
  expect(sentry.discarded[told]).toEqual({ reason: "ratelimit_backoff", category: "error", quantity: expect.any(Number) });
  expect(sentry.discarded[told].quantity).toBeLessThan(sent);
});

it("keeps on disk what a server that is down cannot take, for the next start", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  await sentry.stop();
  const ids = [await fail(), await fail()].sort();
  await until(() => onDisk().length === 2);
  expect(await grover.restart("SIGTERM")).toBe(0);
  expect(onDisk().length).toBe(2);

  sentry = await SentryServer.start(sentry.port);
  await grover.restart("SIGTERM");
  await until(() => eventIds().length === 2);
  expect(eventIds()).toEqual(ids);
  await until(() => onDisk().length === 0);
});

it("keeps on disk what a failing server refuses, and sends it after the next success", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  await sentry.answer({ status: 503 });
  const kept = await fail();
  await until(() => onDisk().length === 1);
  await sentry.answer({ status: 200 });
  await fail();
  await until(() => sentry.events.filter((event) => event.event_id === kept).length > 1);
  await until(() => onDisk().length === 0);
});

it("is not held up by a server that hangs, and bounds what waits for it", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  await sentry.answer("hang");
  // Failures of different kinds: of one kind a hundred in a minute are enough.
  for (let i = 0; i < 100; ++i) await fail();
  for (let i = 0; i < 90; ++i) expect((await grover.get("/test-sentry?mode=unhandled")).status).toBe(500);
  expect((await grover.get("/api/health")).json.status).toBe("healthy");
  expect(await outcome("queue_overflow")).toBeGreaterThan(60);
  expect(await grover.restart("SIGTERM")).toBe(0);
  expect(onDisk().length).toBeGreaterThan(0);
  expect(onDisk().length).toBeLessThanOrEqual(30);
});

it("drops what is refused for good", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  for (const status of [400, 401, 403, 404, 413]) {
    await sentry.answer({ status });
    const before = await outcome("send_error");
    await fail();
    await until(async () => (await outcome("send_error")) === before + 1);
  }
  expect(onDisk()).toEqual([]);
  await until(() => grover.log().includes("error reports are refused"));
  expect(grover.log().split("error reports are refused").length).toBe(2);
});

it("sends what waits before it ends, or keeps it", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  const ids: string[] = [];
  for (let i = 0; i < 20; ++i) ids.push(await fail());
  await grover.restart("SIGTERM");
  // What was left on disk is sent now.
  await until(() => eventIds().length >= 20);
  expect(eventIds()).toEqual(ids.sort());
});

it("lets one event speak for a storm of one kind", async () => {
  sentry = await SentryServer.start();
  grover = await start();
  await until(async () => {
    for (let i = 0; i < 60; ++i) await fail();
    return (await outcome("event_processor")) > 0;
  });
  expect(await grover.restart("SIGTERM")).toBe(0);
  await until(() => sentry.events.some((event) => Number(event.tags.suppressed) > 0));
  expect(sentry.events.filter((event) => event.tags.suppressed).length).toBe(1);
});

it("starts with a malformed DSN, and warns without showing it", async () => {
  sentry = await SentryServer.start();
  grover = await Grover.start({ SENTRY_DSN: "https://dsn-s3cret.example/42" });
  expect((await grover.get("/test-sentry")).json).toMatchObject({ status: "Sentry not configured", enabled: false });
  await until(() => grover.log().includes("SENTRY_DSN is malformed: error reports are off"));
  expect(grover.log().split("SENTRY_DSN").length).toBe(2);
  expect(grover.log()).not.toContain("dsn-s3cret");
  expect(await outcome("accepted")).toBe(0);
});

it("has no test route unless it is switched on", async () => {
  sentry = await SentryServer.start();
  grover = await start({ SENTRY_TEST_ROUTE: "false" });
  expect((await grover.get("/test-sentry")).status).toBe(404);
  expect((await grover.get("/api/test-sentry?mode=unhandled")).status).toBe(404);
});
