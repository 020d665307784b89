// Pushes through Expo, from the real binary to a server that speaks its protocol: contract/notifications.md §3, §4.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExpoServer } from "./expo";
import { Grover } from "./server";

type User = { token: string; id: string; name: string };
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
    expect(Date.now() - start).toBeLessThan(1_000);
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

  it("loses nothing and sends nothing twice when the server is killed between cause and delivery", async () => {
    await pushed(99, 500);
    await comment(bob, "before the crash");
    await grover.restart("SIGKILL");
    expect(await pushed(1, 10_000)).toEqual([`${phone} bob: commented on your post`]);
    await sleep(2_000);
    expect(expo.messages).toEqual([]);
  }, 30_000);

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
