// Pushes through Expo, from the real binary to a server that speaks its protocol: contract/notifications.md §3, §4.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExpoServer } from "./expo";
import { expectInTime } from "./in_time";
import { Grover, type User } from "./server";

let expo: ExpoServer;
let grover: Grover;
let ada: User;
let bob: User;
let post: string;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
async function pushed(count: number, wait = 8_000): Promise<string[]> {
  for (const end = Date.now() + wait; expo.messages.length < count && Date.now() < end; ) await sleep(25);
  return expo.messages.splice(0).map((message) => `${message.to} ${message.title}: ${message.body}`);
}
const comment = (user: User, content = "hi", on = post) => grover.post(`/api/posts/${on}/comments`, user.token, { content });
const phone = "ExponentPushToken[ada-phone]";
// What a killed server was sending: on SQLite the next one gives it up at its start; on PostgreSQL another node might still be at
// it, so that device waits for five minutes (kAbandonedAfter).
const waitsLong = process.env.GROVER_TEST_POSTGRES !== undefined;

beforeAll(async () => {
  expo = await ExpoServer.start();
  grover = await Grover.start({ EXPO_PUSH_URL: `${expo.url}/send`, EXPO_RECEIPTS_URL: `${expo.url}/getReceipts`, EXPO_ACCESS_TOKEN: "expo-secret" });
  ada = await grover.user("ada");
  bob = await grover.user("bob");
  post = (await grover.post("/api/posts", ada.token, { content: "Hello" })).json.post.post_id;
});
afterAll(async () => {
  await grover.stop();
  expo.stop();
});

describe("registering", () => {
  it("takes a token from body or query, and refreshes it", async () => {
    const first = await grover.post("/api/push/register", ada.token, { token: phone, platform: "ios", device_name: "Ada's phone" });
    expect([first.status, first.json.message]).toEqual([200, "Push token registered"]);
    expect(first.json.device_id).toMatch(/^dev_/);
    const again = await grover.send("POST", `/api/push/register?token=${phone}&platform=toaster`, { token: ada.token });
    expect(again.json.device_id).toBe(first.json.device_id);
  });

  it("refuses what is no token", async () => {
    expect((await grover.post("/api/push/register", ada.token, {})).status).toBe(422);
    for (const token of ["", "a b", "x".repeat(513), "é", { endpoint: "http://example.org/x" }, { endpoint: 5 }, 7, ["a"]])
      expect([token, (await grover.post("/api/push/register", ada.token, { token })).status]).toEqual([token, 422]);
    const lie = { endpoint: "https://push.example.org/x", keys: { p256dh: "AAAA", auth: "AAAA" } };
    expect((await grover.post("/api/push/register", ada.token, { token: lie })).status).toBe(422);
    expect((await grover.post("/api/push/register", undefined, { token: phone })).status).toBe(401);
  });
});

describe("pushing", () => {
  it("pushes a comment within seconds, in Expo's words", async () => {
    await comment(bob);
    expect(await eventuallyOne()).toMatchObject({
      to: phone, title: "bob", body: "commented on your post", sound: "default", channelId: "social", badge: 1, priority: "default",
      data: { type: "comment", related_id: post, post_id: post, actor_id: bob.id, target_type: "comment" },
    });
    expect(expo.authorizations.at(-1)).toBe("Bearer expo-secret");
  });
  async function eventuallyOne() {
    for (const end = Date.now() + 8_000; expo.messages.length < 1 && Date.now() < end; ) await sleep(25);
    return expo.messages.splice(0)[0];
  }

  it("tries again after failures, and never sends twice", async () => {
    expo.failures.push(503, "drop", 429);
    await comment(bob, "again");
    expect(await pushed(1, 30_000)).toEqual([`${phone} bob: commented on your post`]);
    await sleep(1_500);
    expect(expo.messages).toEqual([]);
  }, 45_000);

  it("never holds up the request that caused it", async () => {
    expo.failures.push(503);
    const start = Date.now();
    expect((await comment(bob, "fast")).status).toBe(200);
    expectInTime(start, 1_000, "a request whose push fails");
    await pushed(1, 15_000);
  }, 20_000);

  it("isolates the message that spoils a batch, and drops dead devices", async () => {
    const spoiled = "ExponentPushToken[spoiled]";
    const dead = "ExponentPushToken[dead]";
    const cleo = await grover.user("cleo");
    const dora = await grover.user("dora");
    await grover.post("/api/push/register", cleo.token, { token: spoiled });
    await grover.post("/api/push/register", dora.token, { token: dead });
    expo.spoiled.add(spoiled);
    expo.dead.add(dead);
    await comment(bob, "@ada @cleo @dora");
    expect(await pushed(1)).toEqual([`${phone} bob: commented on your post`]);
    await sleep(1_000);
    expo.dead.clear();
    expo.spoiled.clear();
    await comment(bob, "@dora once more");
    expect((await pushed(2, 3_000)).filter((line) => line.includes("dead"))).toEqual([]);
  }, 20_000);

  describe("over a crash", () => {
    const told = async () => (await grover.get("/api/notifications?limit=100", ada.token)).json.total as number;
    const outcomes = async (status: string) =>
      Number(new RegExp(`grover_push_sent_total\\{provider="expo",type="comment",status="${status}"\\} (\\d+)`).exec((await grover.get("/metrics")).text)?.[1] ?? 0);

    it("loses nothing that was caused just before, and pushes it once", async () => {
      await pushed(99, 500);
      const before = await told();
      // A push of a reaction waits 30 s for company: the crash falls between cause and delivery, wherever the event is by then.
      expect((await grover.post(`/api/posts/${post}/react`, bob.token, { reaction_type: "like" })).status).toBe(200);
      await grover.restart("SIGKILL");
      await expect.poll(told, { timeout: 20_000 }).toBe(before + 1);
      expect(await pushed(1, 75_000)).toEqual([`${phone} bob: reacted 👍 to your post`]);
      await sleep(2_000);
      expect(expo.messages).toEqual([]);
      expect(await told()).toBe(before + 1);
    }, 120_000);

    it("sends once what had failed before", async () => {
      expo.failures.push({ status: 503, retryAfter: 6 });
      await comment(bob, "before the crash");
      // Counted when the outcome is on disk; the next try is seconds away.
      // (The counters began with the process that the case before started.)
      await expect.poll(() => outcomes("failed"), { timeout: 5_000, interval: 50 }).toBe(1);
      await grover.restart("SIGKILL");
      expect(await pushed(1, 30_000)).toEqual([`${phone} bob: commented on your post`]);
      await sleep(2_000);
      expect(expo.messages).toEqual([]);
    }, 60_000);

    it.skipIf(waitsLong)("never sends again what was on its way, and goes on with what comes next", async () => {
      expo.failures.push("hold");
      await comment(bob, "on its way");
      expect(await pushed(1)).toEqual([`${phone} bob: commented on your post`]);
      await grover.restart("SIGKILL");
      await sleep(3_000);
      expect(expo.messages).toEqual([]);
      await comment(bob, "the next one");
      expect(await pushed(1)).toEqual([`${phone} bob: commented on your post`]);
      await sleep(2_000);
      expect(expo.messages).toEqual([]);
    }, 60_000);

    it.skipIf(waitsLong)("loses no row in whichever moment it falls, and never pushes twice", async () => {
      for (let round = 0; round < 5; ++round) {
        const before = await told();
        await comment(bob, `round ${round}`);
        await sleep(round * 150);
        await grover.restart("SIGKILL");
        await expect.poll(told, { timeout: 20_000 }).toBe(before + 1);
      }
      // A push that was handed over in that moment may have arrived or not, so it is not sent again.
      await sleep(3_000);
      const ids = expo.messages.splice(0).map((message) => message.data.notification_id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.length).toBeLessThanOrEqual(5);
    }, 120_000);
  });

  it("sends nothing to a phone after its owner logged out, or unregistered it with a raw query", async () => {
    const other = "ExponentPushToken[ada-tablet]";
    await grover.post("/api/push/register", ada.token, { token: other });
    const gone = await fetch(`${grover.url}/api/push/unregister?token=${other}`, { method: "DELETE", headers: { Authorization: `Bearer ${ada.token}` } });
    expect([gone.status, await gone.json()]).toEqual([200, { message: "Push token unregistered" }]);
    expect((await grover.delete("/api/push/unregister?token=unknown", ada.token)).status).toBe(200);
    expect((await grover.delete("/api/push/unregister", ada.token)).status).toBe(422);
    await comment(bob, "one device");
    expect(await pushed(2, 2_500)).toEqual([`${phone} bob: commented on your post`]);
    expect((await grover.post("/api/auth/logout", ada.token)).status).toBe(200);
    await comment(bob, "nobody hears");
    expect(await pushed(1, 2_500)).toEqual([]);
  }, 20_000);

  it("writes neither tokens nor keys to the log", () => {
    expect(grover.log()).not.toContain("PushToken");
    expect(grover.log()).not.toContain("expo-secret");
  });
});
