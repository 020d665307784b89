// Rules that hold for every endpoint: contract/system.md §1 to §3.
import { afterAll, beforeAll, expect, it } from "vitest";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expectInTime } from "./in_time";
import { freePort, Grover, tinyPng } from "./server";
import { authorized, Client } from "./sockets";

let grover: Grover;
let openapi: any;
let ada: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  openapi = (await grover.get("/openapi.json")).json;
  ada = await grover.user("ada");
});
afterAll(() => grover.stop());

const operations = () =>
  Object.entries<any>(openapi.paths).flatMap(([path, methods]) => Object.entries<any>(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));

it("describes itself", () => {
  expect(openapi.openapi).toBe("3.1.0");
  expect(openapi.info).toMatchObject({ title: "Grover API", description: "Social Media Creator Platform API", version: "1.0.0" });
  expect(operations().length).toBeGreaterThan(90);
});

it("counts what the dashboard reads, from the start, in the format that is asked for", async () => {
  const before = (await grover.get("/metrics")).text;
  // contract/monitoring.md §4, as far as their subject is here.
  for (const name of ["http_requests_total", "http_latency_seconds", "http_request_duration_seconds", "http_requests_inprogress", "http_request_size_bytes", "http_response_size_bytes", "active_users_total", "active_streams",
    "posts_created_total", "auth_attempts_total", "api_latency_seconds", "db_query_latency_seconds", "messages_sent_total", "transactions_total", "build_info", "uptime_seconds", "db_pool_connections", "db_pool_wait_seconds",
    "event_loop_lag_seconds", "worker_queue_depth", "job_runs_total", "job_last_success_timestamp_seconds", "socket_connections", "socket_events_total", "socket_disconnects_total", "socket_dropped_total", "bus_lag_seconds", "bus_up",
    "outgoing_requests_total", "outgoing_latency_seconds", "breaker_open", "scheduled_posts_waiting", "scheduled_publish_lag_seconds", "scheduled_failed_total", "stream_viewers", "live_publishers", "live_bytes_total", "live_dropped_fragments_total", "live_join_seconds", "rate_limited_total", "validation_errors_total", "log_lines_total"])
    expect(before, name).toContain(`# TYPE grover_${name} `);
  const value = (text: string, series: string) => Number(text.split("\n").find((line) => line.startsWith(`${series} `))?.split(" ")[1] ?? 0);
  await grover.post("/api/auth/login", undefined, { email: "ada@example.com", password: "correct horse 9" });
  await grover.post("/api/auth/login", undefined, { email: "ada@example.com", password: "not this one" });
  const bob = await grover.user("bob");
  expect((await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "hello" })).status).toBe(200);
  await grover.get(`/api/users/${bob.id}`, ada.token);
  const after = (await grover.get("/api/metrics")).text;
  for (const [series, by] of [
    ['grover_auth_attempts_total{method="password",status="success"}', 2],
    ['grover_auth_attempts_total{method="password",status="failure"}', 1],
    ["grover_messages_sent_total", 1],
  ] as [string, number][])
    expect(value(after, series) - value(before, series), series).toBe(by);
  expect(after).toMatch(/^grover_cache_requests_total\{cache="\w+",result="hit"\} \d+$/m);
  const open = await grover.send("GET", "/metrics", { headers: { Accept: "application/openmetrics-text; version=1.0.0" } });
  expect(open.headers.get("content-type")).toContain("application/openmetrics-text");
  expect(open.text.endsWith("# EOF\n")).toBe(true);
});

it("never takes a path of its own for an id", async () => {
  const all = operations();
  const reads = (template: string, path: string) => template.includes("{") && new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);
  const alike = all.filter(({ path, method }) => !path.includes("{") && all.some((other) => other.method === method && reads(other.path, path)));
  expect(alike.map(({ path }) => path)).toEqual(expect.arrayContaining(["/api/posts/feed", "/api/posts/saved", "/api/posts/scheduled", "/api/users/me", "/api/collections/public", "/api/collections/following", "/api/communities/discover", "/api/communities/mine"]));
  for (const { path, method } of alike) {
    const answer = await grover.send(method, path, { token: ada.token, ...(method === "GET" || method === "HEAD" ? {} : { body: {} }) });
    expect(answer.status, `${method} ${path}`).not.toBe(404);
    expect(answer.text, `${method} ${path}`).not.toMatch(/not found|Invalid \w+_id/);
  }
});

it("lets nobody into any endpoint that is not declared open, whatever the input", async () => {
  const closed = operations().filter(({ operation }) => operation.security?.length === 1);
  expect(closed.length).toBeGreaterThan(60);
  for (const { path, method } of closed) {
    const target = path.replace(/\{[^}]+\}/g, "x%20y");
    const answer = await grover.send(method, target, method === "GET" || method === "HEAD" ? {} : { body: { nonsense: true } });
    expect(answer.status, `${method} ${path}`).toBe(401);
    if (method === "HEAD") continue;
    expect(answer.json).toMatchObject({ detail: "Not authenticated", code: "not_authenticated" });
  }
});

it("answers hostile input on every endpoint with a refusal, never with a 500", async () => {
  const bodies: [string, string][] = [
    ["application/json", "{"],
    ["application/json", "[".repeat(50_000)],
    ["application/json", '{"a":"\ud800"}'],
    ["application/json", "[]"],
    ["application/x-www-form-urlencoded", "content=%ff%fe&=&&&a=b"],
    ["multipart/form-data", "no boundary"],
    ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\ntruncated"],
    ["text/plain", "\u0000"],
  ];
  for (const { path, method } of operations()) {
    if (method === "GET" || method === "HEAD" || path.includes("logout") || path.includes("/users/me")) continue;
    for (const [type, body] of bodies) {
      const answer = await grover.send(method, path.replace(/\{[^}]+\}/g, "nothing_here"), { token: ada.token, body, headers: { "Content-Type": type } });
      expect(answer.status, `${method} ${path} ${type} ${body.slice(0, 20)}: ${answer.text}`).toBeLessThan(500);
    }
  }
});

it("answers service endpoints without a session, and reveals nothing", async () => {
  expect((await grover.get("/health")).json).toEqual({ status: "ok" });
  const health = await grover.get("/api/health");
  expect(health.json).toMatchObject({ status: "healthy", version: "1.0.0" });
  expect(health.json.services.mongodb).toEqual(health.json.services.database);
  expect(health.text).not.toContain(grover.data);
  expect((await grover.get("/api/ready")).json).toEqual({ status: "ready" });
  expect((await grover.get("/docs")).text).toContain("swagger-ui");
  expect((await grover.get("/docs/swagger-ui-bundle.js")).status).toBe(200);
  const plain = await grover.send("GET", "/docs", { headers: { "Accept-Encoding": "identity" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(plain.text).toContain("swagger-ui");
  const front = await grover.get("/");
  expect([front.status, front.headers.get("location")]).toEqual([302, "/docs"]);
  expect((await grover.get("/api/version")).json.built_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect((await grover.get("/api/media/status")).json).toMatchObject({ storage_mode: "local", max_file_size: 52428800 });
});

it("answers as ever when what it depends on says nothing at all", async () => {
  // Takes connections and never says a word.
  const port = await freePort();
  const silent = createServer().listen(port, "127.0.0.1");
  const there = `127.0.0.1:${port}`;
  const alone = await Grover.start({
    REDIS_URL: `redis://${there}`, EMAIL_BACKEND: "smtp", SMTP_HOST: "127.0.0.1", SMTP_PORT: String(port), SMTP_USER: "mail", SMTP_PASSWORD: "secret-of-mail",
    EXPO_PUSH_URL: `http://${there}/push`, SESSION_EXCHANGE_URL: `http://${there}/exchange`, GOOGLE_CLIENT_ID: "id", GOOGLE_CLIENT_SECRET: "secret-of-google", GOOGLE_DISCOVERY_URL: `http://${there}/discovery`,
  });
  try {
    const user = await alone.user("patient");
    await alone.post("/api/push/register", user.token, { token: "ExponentPushToken[abc]" });
    for (const path of ["/health", "/api/health", "/api/ready", "/api/media/status", "/api/posts/feed"]) {
      const begun = Date.now();
      const answer = await alone.get(path, user.token);
      expect(answer.status, path).toBe(200);
      expectInTime(begun, 1_000, path);
      expect(answer.text, path).not.toMatch(new RegExp(`secret-of|${port}|timed? ?out|refused`, "i"));
    }
    expect((await alone.post("/api/posts", user.token, { content: "as ever" })).status).toBe(200);
  } finally {
    await alone.stop();
    silent.close();
  }
}, 60_000);

it("believes nobody who is no proxy about whose request it is", async () => {
  const strict = await Grover.start({ RATE_LIMIT_ENABLED: "true", RATE_LIMIT_REQUESTS_PER_MINUTE: "6", TRUSTED_PROXIES: "10.0.0.0/8" });
  try {
    const eve = await strict.user("eve");
    const statuses: number[] = [];
    for (let i = 0; i < 20; ++i)
      statuses.push((await strict.send("POST", "/api/auth/login", { body: { email: `nobody${i}@example.com`, password: "not a password 1" }, headers: { "X-Forwarded-For": `203.0.113.${i}` } })).status);
    // The class "auth" takes R = 6 at once, one of them to register.
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(401));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(8);
    // Of pushes R / 2 = 3 at once, reading about them included.
    const reads: number[] = [];
    for (let i = 0; i < 4; ++i) reads.push((await strict.get("/api/push/devices", eve.token)).status);
    expect(reads).toEqual([200, 200, 200, 429]);
    // Of errors on purpose six in a minute, whatever R is.
    const failures: number[] = [];
    for (let i = 0; i < 12; ++i) failures.push((await strict.get("/test-sentry")).status);
    expect(failures.slice(0, 6)).toEqual(Array(6).fill(200));
    expect(failures).toContain(429);
  } finally {
    await strict.stop();
  }
});

it("tells clients which features are on, and what is configured without giving it away", async () => {
  expect((await grover.get("/api/config")).json.features).toMatchObject({ communities: true, google: false, payments: false });
  const other = await Grover.start({ ENABLE_COMMUNITIES: "false", CLOUDINARY_CLOUD_NAME: "demonstration", CLOUDINARY_API_KEY: "key-of-cloud", CLOUDINARY_API_SECRET: "secret-of-cloud", METRICS_TOKEN: "token-of-metrics" });
  try {
    expect((await other.get("/api/config")).json.features.communities).toBe(false);
    const status = await other.get("/api/media/status");
    expect(status.json).toMatchObject({ cloudinary_configured: true, cloudinary_available: false, cloud_name: "demo***", s3_configured: false, s3_bucket: null, cloudinary: { configured: true, available: false } });
    expect(status.text).not.toMatch(/demonstration|of-cloud/);
    for (const [authorization, expected] of [["", 401], ["Bearer token-of-metric", 401], ["Bearer token-of-metricz", 401], ["bearer token-of-metrics", 200]] as [string, number][])
      expect((await other.send("GET", "/metrics", { headers: { Authorization: authorization } })).status, authorization).toBe(expected);
  } finally {
    await other.stop();
  }
});

it("lets an account without a verified address read and change itself, and make nothing", async () => {
  const strict = await Grover.start({ REQUIRE_EMAIL_VERIFICATION: "true" });
  try {
    const [eve, bob] = [await strict.user("eve"), await strict.user("bob")];
    for (const [path, body] of [
      ["/api/posts", { content: "hello" }],
      ["/api/posts", { nonsense: 1 }],
      ["/api/messages/send", { receiver_id: bob.id, content: "hello" }],
      ["/api/messages/forward", { message_id: "msg_some", recipient_ids: [bob.id] }],
      ["/api/media/upload", { media_url: Buffer.from(tinyPng).toString("base64") }],
      ["/api/collections", { name: "mine" }],
    ] as [string, unknown][]) {
      const answer = await strict.post(path, eve.token, body);
      expect(answer.status, `${path} ${answer.text}`).toBe(403);
      expect(answer.json).toMatchObject({ detail: "Email not verified", code: "not_authorized" });
    }
    expect((await strict.put("/api/users/me", eve.token, { bio: "still here" })).status).toBe(200);
    expect((await strict.get("/api/posts/feed", eve.token)).json).toEqual([]);
    expect((await strict.get("/api/messages/conversations", eve.token)).text).not.toContain(bob.id);

    // A socket that was there before the address was verified may send from then on.
    const socket = await Client.connect(strict.url, authorized(eve.token));
    const send = (conversation_id: string) => socket.ask("send_message", { conversation_id, content: "hello" });
    expect(await send("conv_some")).toMatchObject({ ok: false, status: 403, detail: "Email not verified" });
    const mails = () => readdirSync(join(strict.data, "mail")).map((file) => readFileSync(join(strict.data, "mail", file), "utf8"));
    const token = () => /verify-email\?token=([\w-]+)/.exec(mails().find((mail) => mail.includes("<eve@example.com>")) ?? "")?.[1];
    await expect.poll(token, { timeout: 10_000 }).toBeTruthy();
    expect((await strict.post("/api/auth/verify-email", undefined, { token: token() })).status).toBe(200);
    const { conversation_id } = (await strict.post("/api/messages/send", eve.token, { receiver_id: bob.id, content: "first" })).json;
    expect(await send(conversation_id)).toMatchObject({ ok: true });
    socket.socket.disconnect();
  } finally {
    await strict.stop();
  }
});

it("switches monetisation on for accounts that are old enough, as the setting says", async () => {
  const young = await Grover.start({ MONETIZATION_MIN_ACCOUNT_AGE_DAYS: "30" });
  try {
    const eve = await young.user("eve");
    const answer = await young.put("/api/users/me", eve.token, { monetization_enabled: true, bio: "rich soon" });
    expect([answer.status, answer.json.detail]).toEqual([403, "Account must be at least 30 days old to switch on monetization"]);
    expect((await young.get("/api/auth/me", eve.token)).json).toMatchObject({ monetization_enabled: false, bio: "" });
  } finally {
    await young.stop();
  }
  // Without credentials of PayPal, payments are simulated, and nobody has to wait.
  expect((await grover.put("/api/users/me", ada.token, { monetization_enabled: true })).status).toBe(200);
});

it("says what an own settings change was, and no more", async () => {
  const settings = async (input: object) => (await grover.put("/api/users/me/notification-settings", ada.token, input)).json.settings;
  expect(await settings({ muted_until: null })).toEqual({ muted_until: null });
  expect(await settings({ muted_until: "2020-01-01T00:00:00Z", push_preview: false })).toEqual({ muted_until: null, push_preview: false });
  expect(await settings({ push_preview: true })).toEqual({ push_preview: true });
});

it("takes `me` for the caller wherever a path names a user", async () => {
  for (const [method, path] of [["GET", "highlights"], ["GET", "posts"], ["GET", "media"], ["GET", "collections"], ["GET", "followers"], ["GET", "following"], ["GET", "mutual"], ["GET", "stats"], ["GET", ""]]) {
    const answer = await grover.send(method, `/api/users/me/${path}`, { token: ada.token });
    expect(answer.status, `${path} ${answer.text}`).toBe(200);
  }
  expect((await grover.delete("/api/users/me/followers/me", ada.token)).json).toEqual({ message: "Follower removed", followers_count: 0 });
  expect((await grover.post("/api/users/me/follow", ada.token)).json.detail).toBe("Cannot follow yourself");
});

it("keeps its headers on answers and errors", async () => {
  for (const path of ["/health", "/api/nothing", "/api/posts/feed"]) {
    const answer = await grover.send("GET", path, { headers: { Origin: "https://app.example" } });
    expect(answer.headers.get("x-request-id")).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    expect(answer.headers.get("server")).toBeNull();
  }
});

it("repeats the answer to a request that comes again with its key", async () => {
  const send = (content: string) => grover.send("POST", "/api/posts", { token: ada.token, body: { content }, headers: { "Idempotency-Key": "once" } });
  const first = await send("hello");
  const again = await send("hello");
  expect(again.text).toBe(first.text);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect((await send("other")).status).toBe(422);
  expect((await grover.get("/api/posts/me", ada.token)).json).toHaveLength(1);
});

it("refuses oversized requests before reading them", async () => {
  const large = await grover.send("POST", "/api/posts/x/comments", { token: ada.token, body: { content: "x".repeat(2_000_000) } });
  expect(large.status).toBe(413);
  expect((await grover.get(`/api/posts?user_id=${"x".repeat(9_000)}`, ada.token)).status).toBe(414);
});

it("never writes a password or token to its log", async () => {
  await grover.post("/api/auth/login", undefined, { email: "ada@example.com", password: "a wrong secret" });
  await grover.get("/api/auth/me", ada.token);
  await grover.restart("SIGTERM");
  const log = grover.log();
  expect(log).toContain("/api/auth/me");
  for (const secret of ["a wrong secret", "correct horse 9", ada.token, ada.token.slice(4)]) expect(log).not.toContain(secret);
});

it("says what is missing (422) before it looks at an id (400)", async () => {
  const me = await grover.user("orderly");
  for (const [method, path] of [
    ["PUT", "/api/posts/a%20b"],
    ["POST", "/api/communities/a%20b/posts"],
    ["POST", "/api/communities/a%20b/invites"],
    ["POST", "/api/posts/scheduled/a%20b/reschedule"],
    ["POST", "/api/posts/a%20b/comments"],
    ["POST", "/api/posts/a%20b/vote"],
    ["POST", "/api/messages/a%20b"],
  ])
    expect((await grover.send(method, path, { token: me.token, body: {} })).status, `${method} ${path}`).toBe(422);
  // So is text of which cleaning leaves nothing.
  const script = "<script>x</script>";
  for (const [method, path, body] of [
    ["POST", "/api/posts/a%20b/comments", { content: script }],
    ["PUT", "/api/comments/a%20b", { content: script }],
    ["PUT", "/api/communities/a%20b", { name: script }],
    ["PUT", "/api/communities/a%20b", { name: "x", description: script }],
    ["POST", "/api/communities/a%20b/posts", { content: script }],
    ["PUT", "/api/collections/a%20b", { name: script }],
    ["POST", "/api/messages/a%20b", { content: "\u0001" }],
    ["PATCH", "/api/messages/a%20b", { content: "\u0001" }],
    ["POST", "/api/groups/a%20b/messages", { content: "\u0001" }],
    ["POST", "/api/conversations/a%20b/messages", { content: "\u0001" }],
  ] as [string, string, object][]) {
    const answer = await grover.send(method, path, { token: me.token, body });
    expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([422, "invalid_input"]);
  }
  const reply = await grover.post("/api/messages/send", me.token, { content: "x", reply_to_message_id: "a b" });
  expect(reply.status).toBe(422);
  expect((await grover.put("/api/posts/a%20b", me.token, { content: "x" })).json.detail).toBe("Invalid post_id format");
});

it("refuses a second file instead of leaving it out", async () => {
  const me = await grover.user("twofiles");
  const form = new FormData();
  form.append("content", "two");
  for (const name of ["one.png", "two.png"]) form.append("media", new Blob([tinyPng], { type: "image/png" }), name);
  const answer = await grover.send("POST", "/api/posts", { token: me.token, body: form });
  expect(answer.status).toBe(422);
  expect(answer.json.detail).toEqual([{ loc: ["body", "media"], msg: "Send one file", type: "too_long" }]);
  expect((await grover.get("/api/posts/me", me.token)).json).toEqual([]);
});

it("takes null for a pause or a mute as its end, and an empty id for none", async () => {
  const [ada, bob] = [await grover.user("muter"), await grover.user("mutee")];
  const sent = await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "x", reply_to_message_id: "" });
  const chat = `/api/conversations/${sent.json.conversation_id}`;
  const later = new Date(Date.now() + 3600_000).toISOString();
  expect((await grover.put(chat, bob.token, { muted_until: later })).json.muted_until).toBe(later);
  expect((await grover.put(chat, bob.token, { pinned: true })).json.muted_until).toBe(later);
  expect((await grover.put(chat, bob.token, { muted_until: null })).json).toMatchObject({ muted_until: null, pinned: true });
  const settings = "/api/users/me/notification-settings";
  await grover.put(settings, bob.token, { muted_until: later });
  expect((await grover.get(settings, bob.token)).json.muted_until).toBe(later);
  expect((await grover.put(settings, bob.token, { muted_until: null })).status).toBe(200);
  expect((await grover.get(settings, bob.token)).json.muted_until).toBe(null);
  const post = (await grover.post("/api/posts", ada.token, { content: "x" })).json.post_id;
  expect((await grover.post(`/api/posts/${post}/comments`, bob.token, { content: "x", parent_comment_id: "" })).status).toBe(200);
});

it("says that an account is private wherever its posts are asked for", async () => {
  const [hidden, reader] = [await grover.user("hidden"), await grover.user("reader")];
  await grover.put("/api/users/me/privacy", hidden.token, { is_private: true });
  for (const path of [`/api/posts?user_id=${hidden.id}`, `/api/posts/media?user_id=${hidden.id}`, `/api/users/${hidden.id}/posts`]) {
    const answer = await grover.get(path, reader.token);
    expect([answer.status, answer.json, answer.headers.get("x-account-private")], path).toEqual([200, [], "true"]);
  }
  expect((await grover.get("/api/posts?user_id=user_none", reader.token)).headers.get("x-account-private")).toBe(null);
});

it("fails on purpose, for whoever may ask it to", async () => {
  for (const path of ["/test-sentry", "/api/test-sentry"]) {
    const answer = await grover.get(path);
    expect(answer.json).toEqual({ status: "Sentry not configured", event_id: expect.stringMatching(/^[0-9a-f]{32}$/), enabled: false });
  }
  const unhandled = await grover.get("/test-sentry?mode=unhandled");
  expect([unhandled.status, unhandled.json.detail]).toEqual([500, "Internal server error"]);
});

it("loses no labels of metrics after a walk over all routes", async () => {
  const me = await grover.user("walker");
  for (const { path, method } of operations()) {
    if (method === "HEAD" || path.includes("socket.io")) continue;
    const target = path.replace(/\{[^}]+\}/g, "walked");
    for (const token of [undefined, me.token])
      await grover.send(method, target, { token, ...(method === "GET" ? {} : { body: { nonsense: true } }) });
  }
  const text = (await grover.get("/metrics")).text;
  expect(text).toContain("\ngrover_metrics_dropped_total 0\n");
  expect(text).not.toContain('handler="other"');
  expect(text.length).toBeLessThan(2 * 1024 * 1024);
}, 60_000);
