// Web Push from the real binary to a push service on another port, read by a browser's own keys: contract/notifications.md §4.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";
import { Browser, PushService, vapidKeys } from "./web_push";

const vapid = vapidKeys();
let service: PushService;
let grover: Grover;
let bob: { token: string; id: string; name: string };
let people = 0;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const asked = (browser: Browser) => browser.all().map((one) => one.answered);

// Somebody with a post and a browser.
async function reader() {
  const user = await grover.user(`reader${++people}`);
  const post = (await grover.post("/api/posts", user.token, { content: "Hello" })).json.post.post_id as string;
  const browser = new Browser(service);
  const answer = await grover.post("/api/push/register", user.token, { token: browser.subscription(), platform: "web" });
  expect([answer.status, answer.json.message]).toEqual([200, "Push token registered"]);
  return { user, post, browser, hears: (content = "hi") => grover.post(`/api/posts/${post}/comments`, bob.token, { content }) };
}

beforeAll(async () => {
  service = await PushService.start(vapid.VAPID_PUBLIC_KEY);
  grover = await Grover.start({ ...vapid, WEB_PUSH_TEST_CA_FILE: service.caFile });
  bob = await grover.user("bob");
});
afterAll(async () => {
  await grover.stop();
  service.stop();
});

describe("devices", () => {
  it("are registered by a browser alone, shown to their owner without keys, and removed", async () => {
    expect((await grover.get("/api/push/vapid-public-key")).json).toEqual({ public_key: vapid.VAPID_PUBLIC_KEY });
    const user = await grover.user("browsing");
    const subscription = new Browser(service).subscription();
    const answer = await grover.post("/api/push/subscribe", user.token, subscription);
    expect([answer.status, answer.json.message]).toEqual([200, "Push token registered"]);
    for (const bad of [{}, { endpoint: subscription.endpoint }, { ...subscription, endpoint: "http://127.0.0.1/" }, { ...subscription, keys: "none" }, { ...subscription, keys: {} }])
      expect((await grover.post("/api/push/subscribe", user.token, bad)).status, JSON.stringify(bad)).toBe(422);
    const devices = await grover.get("/api/push/devices", user.token);
    expect(devices.json).toMatchObject([{ device_id: answer.json.device_id, platform: "web", device_name: null, current: true, last_error: null }]);
    expect(JSON.stringify(devices.json)).not.toContain(subscription.keys.auth);
    expect(JSON.stringify(devices.json)).not.toContain(subscription.endpoint);
    expect((await grover.delete(`/api/push/devices/${answer.json.device_id}`, bob.token)).status).toBe(200);
    expect((await grover.get("/api/push/devices", user.token)).json).toHaveLength(1);
    for (let i = 0; i < 2; ++i) expect((await grover.delete(`/api/push/devices/${answer.json.device_id}`, user.token)).status).toBe(200);
    expect((await grover.get("/api/push/devices", user.token)).json).toEqual([]);
  });
});

describe("what is sent", () => {
  it("is read by the browser's keys alone, and says who did what", async () => {
    const { user, post, browser, hears } = await reader();
    await hears();
    const [received] = await browser.requests(1);
    const shown = browser.read(received);
    expect(shown).toMatchObject({ title: "bob", body: "commented on your post", tag: received.headers.topic });
    expect(shown.data).toMatchObject({ type: "comment", related_id: post, post_id: post, actor_id: bob.id, target_type: "comment" });
    expect(shown.data.notification_id).toMatch(/^notif_/);
    expect(Object.values(shown.data).every((value) => typeof value === "string")).toBe(true);
    expect(received.headers).toMatchObject({ urgency: "normal", "content-encoding": "aes128gcm" });
    expect(received.headers.topic).toMatch(/^[\w-]{32}$/);
    expect(Number(received.headers.ttl)).toBeGreaterThan(86_000);
    expect(Number(received.headers.ttl)).toBeLessThanOrEqual(86_400);
    expect(() => new Browser(service).read(received)).toThrow();
    expect(user.id).not.toBe(bob.id);
  });

  it("is urgent for messages, and one topic for one conversation", async () => {
    const { user, browser } = await reader();
    for (const content of ["one", "two"]) {
      const before = browser.all().length;
      expect((await grover.post(`/api/messages/${user.id}`, bob.token, { content })).status).toBe(200);
      await browser.requests(before + 1);
      await grover.post("/api/notifications/mark-read", user.token);
    }
    const [first, second] = await browser.requests(2);
    expect([first.headers.urgency, second.headers.urgency]).toEqual(["high", "high"]);
    expect(second.headers.topic).toBe(first.headers.topic);
    expect(browser.read(first)).toMatchObject({ title: "bob", body: "sent you a message", data: { type: "message" } });
  }, 60_000);

  it("never has more than one record, whatever stands in it", async () => {
    const { user, post, browser } = await reader();
    const long = await grover.user(`long${"g".repeat(20)}`);
    await grover.put("/api/users/me", long.token, { name: "\u{1F600}".repeat(50) });
    await grover.post(`/api/posts/${post}/comments`, long.token, { content: "hi" });
    const [received] = await browser.requests(1);
    expect(received.body.length).toBeLessThanOrEqual(4096);
    expect(browser.read(received).body).toBe("commented on your post");
    expect(user.id).toMatch(/^user_/);
  });
});

describe("what the push service answers", () => {
  it("one that is slow to take a push holds up no other device", async () => {
    const { user, browser, hears } = await reader();
    const browsers = [browser, new Browser(service), new Browser(service), new Browser(service)];
    for (const one of browsers.slice(1)) await grover.post("/api/push/register", user.token, { token: one.subscription(), platform: "web" });
    // Each is answered when all were asked.
    let asking = 0;
    let open!: () => void;
    const all = new Promise<void>((resolve) => (open = resolve));
    for (const one of browsers)
      service.answer(one, async () => {
        if (++asking === browsers.length) open();
        await all;
        return 201;
      });
    await hears();
    for (const one of browsers) await one.requests(1, 60_000);
    expect(browsers.map(asked)).toEqual(browsers.map(() => [201]));
    expect(service.unheard).toBe(0);
  }, 90_000);

  it("429: again after Retry-After, not before, and once", async () => {
    const { browser, hears } = await reader();
    service.answer(browser, { status: 429, headers: { "Retry-After": "3" } });
    await hears();
    const [first, second] = await browser.requests(2);
    expect(second.at - first.at).toBeGreaterThanOrEqual(2_900);
    await sleep(1_500);
    expect(asked(browser)).toEqual([429, 201]);
    expect(browser.read(second)).toEqual(browser.read(first));
  });

  it("500, 503: again at growing intervals, until it is taken", async () => {
    const { browser, hears } = await reader();
    service.answer(browser, 500, 503);
    await hears();
    const [first, second, third] = await browser.requests(3);
    expect(second.at - first.at).toBeGreaterThanOrEqual(790);
    expect(third.at - second.at).toBeGreaterThanOrEqual(3_190);
    await sleep(1_500);
    expect(asked(browser)).toEqual([500, 503, 201]);
  });

  it("404 and 410: the subscription is gone, and nothing is sent there any more", async () => {
    for (const status of [404, 410]) {
      const { browser, hears } = await reader();
      service.answer(browser, status);
      await hears("first");
      await browser.requests(1);
      await sleep(300);
      await hears("second");
      await sleep(2_000);
      expect(asked(browser)).toEqual([status]);
    }
  });

  it("413: shortened once; still too large, it is dropped, and the next one is sent", async () => {
    const { browser, hears } = await reader();
    service.answer(browser, 413);
    await hears("shortened");
    const [large, small] = await browser.requests(2);
    expect(small.body.length).toBeLessThan(large.body.length);
    expect(browser.read(small)).toMatchObject({ title: "bob", body: "", data: browser.read(large).data });
    service.answer(browser, 413, 413);
    await hears("dropped");
    await browser.requests(4);
    await hears("next");
    await browser.requests(5);
    await sleep(1_500);
    expect(asked(browser)).toEqual([413, 201, 413, 413, 201]);
  });

  it("400 and a redirect: refused for good, not followed, and the subscription stays", async () => {
    const { browser, hears } = await reader();
    const { browser: elsewhere } = await reader();
    service.answer(browser, 400, { status: 307, headers: { Location: elsewhere.subscription().endpoint } });
    await hears("refused");
    await browser.requests(1);
    await hears("redirected");
    await browser.requests(2);
    await hears("taken");
    await browser.requests(3);
    await sleep(1_500);
    expect(asked(browser)).toEqual([400, 307, 201]);
    expect(elsewhere.all()).toEqual([]);
  });

  it("nothing at all: given up after its time, tried again within the minute; others do not wait for it", async () => {
    const { browser, hears, user } = await reader();
    const other = await reader();
    service.answer(browser, "silence", "drop");
    expect((await hears()).status).toBe(200);
    await browser.requests(1);
    await other.hears();
    const [meanwhile] = await other.browser.requests(1);
    const [silent, dropped, taken] = await browser.requests(3, 40_000);
    expect(dropped.at - silent.at).toBeGreaterThanOrEqual(10_000);
    expect(meanwhile.at).toBeLessThan(dropped.at);
    expect(taken.at - silent.at).toBeLessThan(60_000);
    expect(asked(browser)).toEqual(["silence", "drop", 201]);
    expect((await grover.get("/api/notifications", user.token)).json.total).toBe(1);
  }, 90_000);

  it("was never a complaint about our requests", () => {
    expect(service.problems).toEqual([]);
  });
});

describe("subscriptions that lie", () => {
  it("never make the server call into its own network", async () => {
    const guarded = await Grover.start({ ...vapid });
    const inside = await PushService.start(vapid.VAPID_PUBLIC_KEY);
    try {
      const [ada, cleo] = [await guarded.user("ada"), await guarded.user("cleo")];
      const post = (await guarded.post("/api/posts", ada.token, { content: "Hello" })).json.post.post_id;
      const { port } = new URL(inside.origin);
      // Names are looked up when something is sent to them; what needs no looking up is refused at once.
      for (const [host, status] of [["127.0.0.1", 422], ["localhost", 422], ["[::1]", 422], ["[::ffff:127.0.0.1]", 422], ["0.0.0.0", 422], ["10.0.0.1", 422], ["2130706433", 200], ["0x7f.1", 200]] as const) {
        const lie = { ...new Browser(inside).subscription(), endpoint: `https://${host}:${port}/x` };
        expect((await guarded.post("/api/push/register", ada.token, { token: lie })).status, host).toBe(status);
        expect((await guarded.post("/api/push/subscribe", ada.token, lie)).status, host).toBe(status);
      }
      expect((await guarded.get("/api/push/devices", ada.token)).json).toHaveLength(2);
      await guarded.post(`/api/posts/${post}/comments`, cleo.token, { content: "hi" });
      await expect.poll(async () => (await guarded.get("/metrics")).text, { timeout: 20_000 }).toMatch(/grover_push_sent_total\{[^}]*provider="webpush"[^}]*\} [1-9]/);
      await sleep(1_000);
      expect(inside.connections).toBe(0);
    } finally {
      await guarded.stop();
      inside.stop();
    }
  });

  it("leave neither endpoints nor keys in the log", () => {
    for (const secret of ["/wpush/", vapid.VAPID_PRIVATE_KEY, "vapid t="]) expect(grover.log()).not.toContain(secret);
  });
});
