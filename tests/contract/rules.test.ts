// Rules that hold for every endpoint: contract/system.md §1 to §3.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Grover } from "./server";

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
  expect((await grover.get("/metrics")).text).toContain("grover_http_requests_total");
  expect((await grover.get("/api/media/status")).json).toMatchObject({ storage_mode: "local", max_file_size: 52428800 });
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
