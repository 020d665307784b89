// What administrators may do, and nobody else: contract/system.md §9.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
let root: { token: string; id: string };
let ada: { token: string; id: string };
let bob: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  root = await grover.user("root_user");
  ada = await grover.user("ada");
  bob = await grover.user("bob");
  grover.configure({ ADMIN_USER_IDS: root.id });
  await grover.restart("SIGTERM");
});
afterAll(() => grover.stop());

it("tells administrators alone how much there is and what runs", async () => {
  for (const path of ["/api/admin/stats", "/api/admin/jobs", "/api/admin/reports"]) {
    expect((await grover.get(path, ada.token)).json).toMatchObject({ detail: "Not authorized", code: "not_authorized" });
    expect((await grover.get(path)).status).toBe(401);
  }
  await grover.post("/api/posts", ada.token, { content: "one" });
  const stats = (await grover.call("get", "/api/admin/stats", root.token)).json;
  expect(stats).toMatchObject({ users: 3, posts: 1, streams_live: 0 });
  expect(stats.active_5m).toBeGreaterThan(0);
  const jobs = (await grover.call("get", "/api/admin/jobs", root.token)).json;
  expect(jobs.map((job) => job.name)).toContain("users.sweep");
  for (const job of jobs) expect(job.interval_s).toBeGreaterThan(0);
  expect((await grover.post("/api/admin/jobs/users.sweep/run", root.token)).status).toBe(202);
  expect((await grover.post("/api/admin/jobs/nothing/run", root.token)).status).toBe(404);
  expect((await grover.post("/api/admin/jobs/users.sweep/run", ada.token)).status).toBe(403);
});

it("works through reports: each is decided once", async () => {
  const { report_id } = (await grover.post(`/api/users/${bob.id}/report`, ada.token, { reason: "spam", details: "again" })).json;
  const [report] = (await grover.call("get", "/api/admin/reports", root.token)).json;
  expect(report).toMatchObject({ report_id, reporter_id: ada.id, target_type: "user", target_id: bob.id, reason: "spam", details: "again", status: "open", action: null });
  const resolve = (action: string) => grover.post(`/api/admin/reports/${report_id}/resolve`, root.token, { action });
  expect((await resolve("ban")).status).toBe(422);
  expect((await resolve("remove")).json).toMatchObject({ detail: "This cannot be removed" });
  expect((await grover.post(`/api/admin/reports/${report_id}/resolve`, bob.token, { action: "dismiss" })).status).toBe(403);
  expect((await resolve("dismiss")).status).toBe(200);
  expect((await resolve("dismiss")).status).toBe(409);
  expect((await grover.get("/api/admin/reports", root.token)).json).toEqual([]);
  expect((await grover.get("/api/admin/reports?status=resolved", root.token)).json).toHaveLength(1);
});

it("suspends: sessions end within a second, the account is gone for others, and comes back", async () => {
  expect((await grover.post(`/api/admin/users/${root.id}/suspend`, root.token)).status).toBe(400);
  expect((await grover.post(`/api/admin/users/${bob.id}/suspend`, root.token)).status).toBe(200);
  expect((await grover.get("/api/auth/me", bob.token)).status).toBe(401);
  expect((await grover.get(`/api/users/${bob.id}`, ada.token)).status).toBe(404);
  const login = () => grover.post("/api/auth/login", undefined, { email: "bob@example.com", password: "correct horse 9" });
  expect((await login()).json).toMatchObject({ detail: "Account suspended" });
  expect((await grover.post(`/api/admin/users/${bob.id}/unsuspend`, root.token)).status).toBe(200);
  expect((await login()).status).toBe(200);
  expect((await grover.get(`/api/users/${bob.id}`, ada.token)).status).toBe(200);
  expect((await grover.post("/api/admin/users/user_nobody/suspend", root.token)).status).toBe(404);
});
