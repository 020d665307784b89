// Scheduled posts: contract/scheduled-posts.md.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng } from "./server";
import { authorized, Client } from "./sockets";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
});
afterAll(() => grover.stop());

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (check: () => Promise<boolean>, ms: number) => {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await check()) return true;
    await sleep(50);
  }
  return false;
};
const mine = async (token: string) => (await grover.get("/api/posts/me?limit=100", token)).json as any[];

describe("scheduling", () => {
  it("takes the time by either name, in any form, and says both", async () => {
    for (const body of [
      { scheduled_time: inMs(3_600_000) },
      { scheduled_at: inMs(3_600_000) },
      { scheduled_time: inMs(3_600_000).replace("Z", "+00:00") },
      { scheduled_time: inMs(3_600_000).replace("Z", "") },
    ]) {
      const answer = await grover.post("/api/posts/schedule", ada.token, { content: "Later", timezone: "Europe/Berlin", ...body });
      expect(answer.status, JSON.stringify(body)).toBe(200);
      const post = answer.json.scheduled_post;
      expect(answer.json.scheduled_time).toBe(answer.json.scheduled_at);
      expect(post).toMatchObject({ status: "scheduled", content: "Later", attempts: 0, published_post_id: null, scheduled_time: answer.json.scheduled_time, timezone: "Europe/Berlin", revision: 1, media_url: null });
      expect((await grover.get(`/api/posts/${post.post_id}`, ada.token)).status).toBe(404);
      expect((await grover.delete(`/api/posts/scheduled/${answer.json.scheduled_post_id}`, bob.token)).status).toBe(404);
      expect((await grover.delete(`/api/posts/scheduled/${answer.json.scheduled_post_id}`, ada.token)).json).toEqual({ message: "Scheduled post cancelled" });
      expect((await grover.delete(`/api/posts/scheduled/${answer.json.scheduled_post_id}`, ada.token)).status).toBe(404);
    }
    expect((await grover.get("/api/posts/scheduled", ada.token)).json).toEqual([]);
    expect((await grover.get("/api/posts/scheduled?status=cancelled", ada.token)).json).toHaveLength(4);
  });

  it("can be opened, moved and published at once by its owner alone", async () => {
    const cleo = await grover.user("cleo");
    const plan = (await grover.post("/api/posts/schedule", cleo.token, { content: "Plan", scheduled_time: inMs(3_600_000) })).json.scheduled_post;
    const path = `/api/posts/scheduled/${plan.scheduled_post_id}`;
    const shown = (await grover.get(path, cleo.token)).json;
    expect(shown).toMatchObject(plan);
    expect(shown.history).toMatchObject([{ event: "created", attempt: 0, error: null }]);
    for (const [method, end] of [["GET", ""], ["POST", "/reschedule"], ["POST", "/retry"], ["POST", "/publish-now"]])
      expect((await grover.send(method, path + end, { token: ada.token, body: method === "GET" ? undefined : { scheduled_time: inMs(7_200_000) } })).status, end).toBe(404);
    expect((await grover.post(`${path}/reschedule`, cleo.token, {})).status).toBe(422);
    expect((await grover.post(`${path}/reschedule`, cleo.token, { scheduled_time: inMs(-1000) })).json.detail).toBe("Scheduled time must be in the future");
    const time = new Date(Math.floor(Date.now() / 1000) * 1000 + 7_200_123).toISOString();
    const moved = (await grover.post(`${path}/reschedule`, cleo.token, { scheduled_at: time })).json;
    expect(moved).toMatchObject({ message: "Scheduled post updated", scheduled_post: { scheduled_time: time, revision: 2, status: "scheduled" } });
    expect((await grover.post(`${path}/retry`, cleo.token)).status).toBe(409);
    const published = (await grover.post(`${path}/publish-now`, cleo.token)).json;
    expect(published).toMatchObject({ message: "Post published", post_id: plan.post_id, post: { post_id: plan.post_id, content: "Plan", scheduled_for: time } });
    for (const end of ["/publish-now", "/retry"]) expect((await grover.post(path + end, cleo.token)).json.detail).toBe("Already published");
    expect((await mine(cleo.token)).map((post) => post.post_id)).toEqual([plan.post_id]);
    expect((await grover.get(path, cleo.token)).json.history.map((one: any) => one.event)).toEqual(["created", "rescheduled", "published"]);
  });

  it("refuses bad times and bad posts, never with a 500", async () => {
    const send = async (body: unknown) => grover.post("/api/posts/schedule", ada.token, body);
    const future = "Scheduled time must be in the future";
    expect((await send({ content: "x", scheduled_time: inMs(-1000) })).json.detail).toBe(future);
    expect((await send({ content: "x", scheduled_time: "1970-01-01T00:00:00Z" })).json.detail).toBe(future);
    expect((await send({ content: "x", scheduled_time: "2400-01-01T00:00:00Z" })).json.detail).toBe("Scheduled time cannot be more than 365 days in the future");
    for (const body of [
      { content: "x" },
      { content: "x", scheduled_time: "soon" },
      { content: "x", scheduled_time: 12 },
      { content: "x", scheduled_time: "2027-02-30T00:00:00Z" },
      { content: "x", scheduled_time: inMs(1e6), scheduled_at: inMs(2e6) },
      { content: "x", scheduled_time: inMs(1e6), timezone: "Mars/Olympus" },
      { content: "", scheduled_time: inMs(1e6) },
      { scheduled_time: inMs(1e6), poll_question: "?", poll_options: ["one"] },
    ])
      expect((await send(body)).status, JSON.stringify(body)).toBe(422);
    expect((await grover.get("/api/posts/scheduled", ada.token)).json).toEqual([]);
    expect((await grover.send("POST", "/api/posts/schedule", { body: { content: "x", scheduled_time: inMs(1e6) } })).status).toBe(401);
    expect((await grover.post("/api/admin/process-scheduled-posts", ada.token)).status).toBe(403);
    expect((await grover.get("/api/posts/scheduled?status=odd", ada.token)).status).toBe(422);
  });

  it("repeats the answer to a repeated key and schedules once", async () => {
    const body = { content: "once", scheduled_time: inMs(3_600_000) };
    const send = () => grover.send("POST", "/api/posts/schedule", { token: ada.token, body, headers: { "Idempotency-Key": "schedule" } });
    const [first, second] = [await send(), await send()];
    expect(second.text).toBe(first.text);
    await grover.delete(`/api/posts/scheduled/${first.json.scheduled_post_id}`, ada.token);
  });
});

describe("publishing", () => {
  it("publishes within a second of its time, not before, with its picture and poll", async () => {
    const form = new FormData();
    form.append("content", "With a picture");
    form.append("media", new Blob([tinyPng], { type: "image/png" }), "p.png");
    form.append("poll_question", "Good?");
    form.append("poll_options", '["Yes","No"]');
    form.append("scheduled_time", inMs(4_000));
    const answer = await grover.send("POST", "/api/posts/schedule", { token: ada.token, body: form });
    expect(answer.status, answer.text).toBe(200);
    const plan = answer.json.scheduled_post;
    expect(plan.media_url).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(plan.media_url.length).toBeLessThanOrEqual(8192);
    expect(plan.preview_url).toContain("sig=");
    expect((await fetch(plan.preview_url)).status).toBe(200);
    expect((await fetch(plan.preview_url.split("?")[0])).status).toBe(403);
    const due = Date.parse(plan.scheduled_time);
    const early = await grover.get(`/api/posts/${plan.post_id}`, bob.token);
    if (Date.now() < due) expect(early.status).toBe(404);
    expect(await until(async () => (await grover.get(`/api/posts/${plan.post_id}`, bob.token)).status === 200, 20_000)).toBe(true);
    const post = (await grover.get(`/api/posts/${plan.post_id}`, bob.token)).json;
    const created = Date.parse(post.created_at);
    expect(created).toBeGreaterThanOrEqual(due);
    // A second on a free machine; this one may be shared.
    expect(created - due).toBeLessThan(10_000);
    expect(post).toMatchObject({ content: "With a picture", media_type: "image", has_poll: true, scheduled_for: plan.scheduled_time, likes_count: 0 });
    expect(Date.parse(post.poll_expires_at) - created).toBe(24 * 3_600_000);
    expect((await fetch(post.media_url)).status).toBe(200);
    const [done] = (await grover.get("/api/posts/scheduled?status=published", ada.token)).json;
    expect(done).toMatchObject({ status: "published", published_post_id: plan.post_id, attempts: 1 });
    const again = await grover.delete(`/api/posts/scheduled/${plan.scheduled_post_id}`, ada.token);
    expect([again.status, again.json.detail]).toEqual([409, "Already published"]);
  });

  it("publishes each post once when the server is killed around the time", async () => {
    const before = new Set((await mine(bob.token)).map((post) => post.post_id));
    const plans: any[] = [];
    const due = Date.now() + 10_000;
    for (let i = 0; i < 60; ++i)
      plans.push((await grover.post("/api/posts/schedule", bob.token, { content: `number ${i}`, scheduled_time: new Date(due + i * 20).toISOString(), ...(i % 3 === 0 ? { poll_question: "?", poll_options: ["a", "b"] } : {}) })).json.scheduled_post);
    await sleep(Math.max(0, due - Date.now()) + 150);
    await grover.restart("SIGKILL");
    await sleep(300);
    await grover.restart("SIGKILL");
    // A post that was being published at that moment waits for its lease.
    expect(await until(async () => (await grover.get("/api/posts/scheduled", bob.token)).json.length === 0 && (await grover.get("/api/posts/scheduled?status=publishing", bob.token)).json.length === 0, 70_000)).toBe(true);
    const posts = (await mine(bob.token)).filter((post) => !before.has(post.post_id));
    expect(posts.map((post) => post.post_id).sort()).toEqual(plans.map((plan) => plan.post_id).sort());
    expect(new Set(posts.map((post) => post.content)).size).toBe(60);
    // None in part.
    for (const post of posts) expect([post.content, post.has_poll, post.poll_votes]).toEqual([post.content, Number(post.content.slice(7)) % 3 === 0, post.has_poll ? { "0": 0, "1": 0 } : null]);
    const done = (await grover.get("/api/posts/scheduled?status=published&limit=100", bob.token)).json;
    expect(done).toHaveLength(60);
  }, 120_000);

  it("publishes at the start what became due while the server was down, in order", async () => {
    const cleo = await grover.user("downtime");
    // Until the server is down before their time, however slow the machine.
    for (let ahead = 2_000; ; ahead *= 2) {
      const due = Date.now() + ahead;
      for (let i = 0; i < 5; ++i) await grover.post("/api/posts/schedule", cleo.token, { content: `late ${i}`, scheduled_time: new Date(due + i).toISOString() });
      await grover.end("SIGKILL");
      const isInTime = Date.now() < due;
      await sleep(Math.max(0, due + 5 - Date.now()));
      const started = Date.now();
      await grover.startAgain();
      expect(await until(async () => (await mine(cleo.token)).length === 5, 60_000)).toBe(true);
      const late = await mine(cleo.token);
      if (!isInTime) {
        for (const post of late) await grover.delete(`/api/posts/${post.post_id}`, cleo.token);
        continue;
      }
      expect(late.map((post) => post.content)).toEqual(["late 4", "late 3", "late 2", "late 1", "late 0"]);
      for (const post of late) expect(Date.parse(post.created_at)).toBeGreaterThanOrEqual(started);
      return;
    }
  }, 120_000);

  it("tells the owner's sockets and the followers', and nobody else's", async () => {
    const [finn, fan, stranger] = [await grover.user("finn"), await grover.user("finnsfan"), await grover.user("passerby")];
    await grover.post(`/api/users/${finn.id}/follow`, fan.token);
    const clients = await Promise.all([finn, fan, stranger].map((user) => Client.connect(grover.url, authorized(user.token))));
    const [owner, follower, other] = clients;
    for (const client of clients) await client.next("ready");
    const plan = (await grover.post("/api/posts/schedule", finn.token, { content: "Soon", scheduled_time: inMs(3_600_000) })).json;
    const published = async (scheduled_post_id: string) => owner.next("scheduled_post:published", (event) => event.scheduled_post_id === scheduled_post_id);
    const { post_id } = (await grover.post(`/api/posts/scheduled/${plan.scheduled_post_id}/publish-now`, finn.token)).json;
    const told = await published(plan.scheduled_post_id);
    const post = (await grover.get(`/api/posts/${post_id}`, finn.token)).json;
    expect(told).toMatchObject({ scheduled_post_id: plan.scheduled_post_id, post_id, published_at: post.created_at });
    expect(await follower.next("post:new")).toMatchObject({ post_id, user_id: finn.id });
    // By its time, too; what is cancelled says nothing.
    const cancelled = (await grover.post("/api/posts/schedule", finn.token, { content: "Never", scheduled_time: inMs(3_600_000) })).json;
    await grover.delete(`/api/posts/scheduled/${cancelled.scheduled_post_id}`, finn.token);
    const next = (await grover.post("/api/posts/schedule", finn.token, { content: "Later", scheduled_time: inMs(3_000) })).json;
    expect(await until(async () => (await grover.get(`/api/posts/${next.scheduled_post.post_id}`, fan.token)).status === 200, 60_000)).toBe(true);
    expect((await published(next.scheduled_post_id)).post_id).toBe(next.scheduled_post.post_id);
    expect((await follower.next("post:new")).post_id).toBe(next.scheduled_post.post_id);
    for (const client of clients) await client.settled();
    expect(owner.take("scheduled_post:published")).toEqual([]);
    for (const client of [follower, other]) expect(client.take("scheduled_post:published")).toEqual([]);
    for (const client of [owner, other]) expect(client.take("post:new")).toEqual([]);
    for (const client of clients) client.close();
  }, 80_000);

  it("ends with the account: what waited is cancelled, and stays so when the account is kept after all", async () => {
    const leaver = await grover.user("leaver");
    const plan = (await grover.post("/api/posts/schedule", leaver.token, { content: "Never", scheduled_time: inMs(3_600_000) })).json;
    const left = await grover.send("DELETE", "/api/users/me", { token: leaver.token, body: { confirm: "leaver", current_password: "correct horse 9" } });
    expect(left.status).toBe(202);
    const again = await grover.post("/api/auth/login", undefined, { email: "leaver@example.com", password: "correct horse 9" });
    const token = again.json.session_token;
    expect((await grover.post("/api/users/me/restore", token)).status).toBe(200);
    const statusOf = async () => (await grover.get(`/api/posts/scheduled/${plan.scheduled_post_id}`, token)).json.status;
    expect(await until(async () => (await statusOf()) === "cancelled", 60_000)).toBe(true);
    expect((await grover.get("/api/posts/scheduled", token)).json).toEqual([]);
    expect((await grover.get("/api/notifications", token)).json.notifications.map((notice: any) => notice.type)).not.toContain("scheduled_post_failed");
  }, 70_000);

  it("is measured: what waits, how late it came, what failed", async () => {
    const waiting = async () => Number(/^grover_scheduled_posts_waiting (\d+)$/m.exec((await grover.get("/metrics")).text)?.[1]);
    const text = (await grover.get("/metrics")).text;
    expect(text).toMatch(/^grover_scheduled_failed_total 0$/m);
    expect(Number(/^grover_scheduled_publish_lag_seconds_count (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(1);
    const before = (await grover.get("/api/posts/scheduled", ada.token)).json.length;
    for (let i = 0; i < 3; ++i) await grover.post("/api/posts/schedule", ada.token, { content: `waits ${i}`, scheduled_time: inMs(3_600_000) });
    // Counted every ten seconds.
    expect(await until(async () => (await waiting()) === before + 3, 60_000)).toBe(true);
  }, 70_000);
});
