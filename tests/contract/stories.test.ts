// Stories: contract/stories.md, and messages handed on to them (contract/messages.md "Forwarding").
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Grover, type User } from "./server";
import { authorized, Client } from "./sockets";

const tinyPng = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

let grover: Grover;
let ada: User;
let bob: User;
let eve: User;
const open: Client[] = [];

async function connect(user: User): Promise<Client> {
  const client = await Client.connect(grover.url, authorized(user.token));
  open.push(client);
  await client.next("ready");
  return client;
}
function form(fields: Record<string, string> = {}, file: BlobPart | null = tinyPng, type = "image/png"): FormData {
  const out = new FormData();
  for (const [name, value] of Object.entries(fields)) out.append(name, value);
  if (file !== null) out.append("media", new Blob([file], { type }), "media.png");
  return out;
}
const create = (user: User, fields: Record<string, string> = {}) => grover.send("POST", "/api/stories", { token: user.token, body: form(fields) });
const follow = (user: User, other: User) => grover.post(`/api/users/${other.id}/follow`, user.token);
const groups = async (user: User) => (await grover.get("/api/stories", user.token)).json as any[];
const storiesOf = async (user: User, author: User) => (await groups(user)).find((group) => group.user.user_id === author.id)?.stories ?? [];

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = [await grover.user("ada"), await grover.user("bob"), await grover.user("eve")];
  await follow(bob, ada);
});
afterAll(() => grover.stop());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

describe("making a story", () => {
  it("answers with all of it, and a follower loads the picture", async () => {
    const made = await create(ada, { caption: "  Hello  ", music_title: "Song", music_start_time: "1.5", music_url: "https://example.com/a.mp3", media_type: "video" });
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({
      message: "Story created", user_id: ada.id, media_type: "image", story_type: "media", caption: "Hello", music_url: "https://example.com/a.mp3", music_title: "Song", music_artist: null,
      music_start_time: 1.5, music_duration: null, views_count: 0, view_count: 0, reactions_count: 0, replies_count: 0, is_highlighted: false, highlight_title: null, is_expired: false, is_active: true,
      viewed: true, my_reaction: null, forwarded_from_name: null,
    });
    expect(made.json.story_id).toMatch(/^story_/);
    expect(made.json.media_public_id).not.toBeNull();
    expect(Date.parse(made.json.expires_at) - Date.parse(made.json.created_at)).toBe(24 * 3_600_000);
    const [story] = await storiesOf(bob, ada);
    expect(story).toMatchObject({ story_id: made.json.story_id, viewed: false, media_public_id: null });
    for (const url of [story.media_url, story.thumbnail_url]) {
      expect(url).toMatch(/^http/);
      expect((await fetch(url)).status).toBe(200);
    }
    expect(await groups(eve)).toEqual([]);
    expect((await grover.get("/api/stories/me", ada.token)).json).toMatchObject({ total: 1, stories: [{ story_id: made.json.story_id }] });
  });

  it("refuses what is no story, and keeps nothing of it", async () => {
    const before = (await grover.get("/api/stories/me", eve.token)).json.total;
    const tries: [FormData, number, string][] = [
      [form({}, null), 422, ""],
      [form({ caption: "x".repeat(201) }), 422, ""],
      [form({ music_start_time: "-1" }), 422, ""],
      [form({ music_url: "javascript:alert(1)" }), 400, ""],
      [form({}, "#!/bin/sh"), 400, "File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, image/heif, video/mp4, video/quicktime, video/webm"],
    ];
    for (const [body, status, detail] of tries) {
      const answer = await grover.send("POST", "/api/stories", { token: eve.token, body });
      expect(answer.status, answer.text).toBe(status);
      if (detail) expect(answer.json.detail).toBe(detail);
    }
    expect((await grover.get("/api/stories/me", eve.token)).json.total).toBe(before);
    expect((await grover.send("POST", "/api/stories", { body: form() })).status).toBe(401);
  });
});

describe("what others do with a story", () => {
  it("reaches its author: views, reactions, replies, with the notifications that belong to them", async () => {
    const story_id = (await create(ada)).json.story_id as string;
    const [author, stranger] = [await connect(ada), await connect(eve)];
    expect((await grover.post(`/api/stories/${story_id}/view`, bob.token)).json).toEqual({ message: "View recorded", views_count: 1 });
    expect((await grover.post(`/api/stories/${story_id}/view`, bob.token)).json.views_count).toBe(1);
    expect((await grover.post(`/api/stories/${story_id}/view`, ada.token)).json.views_count).toBe(1);
    expect(await author.next("story:viewed")).toMatchObject({ story_id, storyId: story_id, views_count: 1, viewer: { username: "bob" } });

    expect((await grover.post(`/api/stories/${story_id}/react`, bob.token, { reaction: "🔥" })).json).toEqual({ message: "Reaction added", reaction: "🔥", reactions_count: 1 });
    expect(await author.next("story:reaction")).toMatchObject({ story_id, user: { user_id: bob.id }, reaction: "🔥", reactions_count: 1 });
    expect((await grover.post(`/api/stories/${story_id}/react?reaction=👏`, bob.token)).json.reactions_count).toBe(1);
    expect(await author.next("story:reaction", (event) => event.reaction === "👏")).toMatchObject({ reactions_count: 1 });
    expect((await author.next("notification:new", (event) => event.notification.type === "reaction")).notification).toMatchObject({
      content: "bob reacted 🔥 to your story", related_id: story_id, story_id, target_type: "story", target_id: story_id, actor_id: bob.id,
    });

    const reply = (await grover.post(`/api/stories/${story_id}/reply`, bob.token, { message: "lovely" })).json;
    expect(reply).toMatchObject({ message: "Reply sent", replies_count: 1 });
    expect(await author.next("story:reply")).toMatchObject({ story_id, user: { user_id: bob.id }, message_id: reply.message_id, conversation_id: reply.conversation_id });
    expect((await author.next("notification:new", (event) => event.notification.type === "message")).notification).toMatchObject({ content: "bob replied to your story", related_id: reply.message_id });
    const [message] = (await grover.get(`/api/messages/${bob.id}`, ada.token)).json.messages.slice(-1);
    expect(message).toMatchObject({ message_id: reply.message_id, type: "story_reply", story_reply: true, story_id, content: "Replied to your story: lovely", story: { story_id } });

    const seen = (await grover.get(`/api/stories/${story_id}/viewers`, ada.token)).json;
    expect(seen).toMatchObject({ total_count: 1, viewers: [{ user_id: bob.id, username: "bob", reaction: "👏", user: { user_id: bob.id } }] });
    const listed = (await grover.get("/api/notifications", ada.token)).json.notifications.filter((one: any) => one.story_id === story_id && one.type === "reaction");
    expect(listed.length).toBe(1);
    await stranger.settled();
    for (const name of ["story:viewed", "story:reaction", "story:reply", "story:new"]) expect(stranger.take(name)).toEqual([]);

    expect((await grover.delete(`/api/stories/${story_id}`, ada.token)).json).toEqual({ message: "Story deleted" });
    expect(await author.next("story:removed")).toMatchObject({ user_id: ada.id, story_id, reason: "deleted" });
    const rest = async () => (await grover.get("/api/notifications", ada.token)).json.notifications.filter((one: any) => one.story_id === story_id);
    await expect.poll(rest, { timeout: 10_000 }).toEqual([]);
    expect((await grover.get(`/api/messages/${bob.id}`, ada.token)).json.messages.slice(-1)[0]).toMatchObject({ story_id, story: null });
  });

  it("is refused where the account is closed to them, by every path, and counts nothing", async () => {
    const zoe = await grover.user("zoe");
    const story_id = (await create(zoe)).json.story_id as string;
    expect((await grover.put("/api/users/me/privacy", zoe.token, { is_private: true })).status).toBe(200);
    const paths: [string, string, object?][] = [
      ["POST", `/api/stories/${story_id}/view`],
      ["GET", `/api/stories/${story_id}/viewers`],
      ["POST", `/api/stories/${story_id}/react`, { reaction: "🔥" }],
      ["POST", `/api/stories/${story_id}/reply`, { message: "hi" }],
      ["POST", `/api/stories/${story_id}/highlight`, { title: "Mine" }],
      ["POST", `/api/stories/${story_id}/archive`],
      ["DELETE", `/api/stories/${story_id}`],
    ];
    for (const [method, path, body] of paths) {
      const answer = await grover.send(method, path, { token: eve.token, body });
      expect([answer.status, answer.json.detail], path).toEqual([404, "Story not found"]);
    }
    const highlights = await grover.get(`/api/users/${zoe.id}/highlights`, eve.token);
    expect([highlights.json, highlights.headers.get("x-account-private")]).toEqual([{}, "true"]);
    expect((await grover.get(`/api/users/${zoe.id}/highlights`, zoe.token)).headers.get("x-account-private")).toBeNull();
    const [own] = (await grover.get("/api/stories/me", zoe.token)).json.stories;
    expect(own).toMatchObject({ views_count: 0, reactions_count: 0, replies_count: 0, is_highlighted: false });
    // Nor through the URL of its picture, without a signature.
    const bare = new URL(own.media_url);
    bare.search = "";
    expect((await fetch(bare)).status).toBe(403);
    expect((await fetch(own.media_url)).status).toBe(200);
  });
});

describe("what an author keeps", () => {
  it("highlights and archives, by words that are no ids", async () => {
    const story_id = (await create(ada)).json.story_id as string;
    expect((await grover.post(`/api/stories/${story_id}/highlight`, ada.token, { title: "Travel" })).json).toEqual({ message: "Story added to highlights", highlight_title: "Travel" });
    expect((await grover.get(`/api/users/${ada.id}/highlights`, eve.token)).json).toMatchObject({ Travel: [{ story_id, is_highlighted: true }] });
    const kept = (await grover.post(`/api/stories/${story_id}/archive`, ada.token)).json;
    expect(kept).toMatchObject({ message: "Story archived successfully" });
    expect((await grover.post(`/api/stories/${story_id}/archive`, ada.token)).json.archive_id).toBe(kept.archive_id);
    expect((await grover.get("/api/stories/archive", ada.token)).json).toMatchObject({ archives: [{ archive_id: kept.archive_id, original_story_id: story_id }], total_count: 1, has_more: false });
    const again = (await grover.post(`/api/stories/archive/${kept.archive_id}/restore`, ada.token)).json;
    expect(again).toMatchObject({ message: "Story restored" });
    expect((await storiesOf(bob, ada)).map((story: any) => story.story_id)).toContain(again.story_id);
    expect((await grover.delete(`/api/stories/archive/${kept.archive_id}`, eve.token)).status).toBe(403);
    expect((await grover.delete(`/api/stories/archive/${kept.archive_id}`, ada.token)).json).toEqual({ message: "Archived story deleted" });
    expect((await grover.delete(`/api/stories/archive/${kept.archive_id}`, ada.token)).json.detail).toBe("Archived story not found");
  });
});

describe("a message becomes a story", () => {
  it("as a card with its words and the name of who wrote them, and followers hear of it", async () => {
    const { message_id } = (await grover.post("/api/messages/send", eve.token, { receiver_id: bob.id, content: "worth sharing" })).json;
    await follow(ada, bob);
    const [follower, own] = [await connect(ada), await connect(bob)];
    const answer = await grover.post("/api/messages/forward-to-story", bob.token, { message_id });
    expect(answer.json).toEqual({ success: true, message: "Message shared to story", story_id: expect.stringMatching(/^story_/), expires_at: expect.any(String) });
    for (const client of [follower, own])
      expect(await client.next("story:new")).toMatchObject({ user: { user_id: bob.id }, story_id: answer.json.story_id, expires_at: answer.json.expires_at });
    const [story] = await storiesOf(ada, bob);
    expect(story).toMatchObject({ story_id: answer.json.story_id, story_type: "text", media_type: "image", caption: "Forwarded from eve\nworth sharing", forwarded_from_name: "eve", width: 1080, height: 1920 });
    expect((await fetch(story.media_url)).status).toBe(200);
  });

  it("only where the caller sees it, and only what can be one", async () => {
    const { message_id } = (await grover.post("/api/messages/send", eve.token, { receiver_id: bob.id, content: "secret" })).json;
    const gif = (await grover.post("/api/messages/send-gif", eve.token, { receiver_id: bob.id, gif_url: "https://example.com/a.gif" })).json.message_id;
    const before = (await grover.get("/api/stories/me", bob.token)).json.total;
    const tries: [User, object, number, string][] = [
      [ada, { message_id }, 404, "Message not found"],
      [bob, { message_id: gif }, 400, "Only text, photos and videos can be shared to a story"],
      [bob, { message_id: "msg_unknown" }, 404, "Message not found"],
      [bob, { message_id: "not an id!" }, 400, "Invalid message_id format"],
    ];
    for (const [user, input, status, detail] of tries) {
      const refused = await grover.post("/api/messages/forward-to-story", user.token, input);
      expect([refused.status, refused.json.detail]).toEqual([status, detail]);
    }
    expect((await grover.post("/api/messages/forward-to-story", bob.token, {})).status).toBe(422);
    expect((await grover.post(`/api/messages/${message_id}/delete`, eve.token, { delete_for_everyone: true })).status).toBe(200);
    expect((await grover.post("/api/messages/forward-to-story", bob.token, { message_id })).json.detail).toBe("Cannot forward a deleted message");
    expect((await grover.get("/api/stories/me", bob.token)).json.total).toBe(before);
  });

  it("not at all where stories are switched off", async () => {
    const off = await Grover.start({ ENABLE_STORIES: "false" });
    try {
      const user = await off.user("ada");
      for (const [method, path] of [["GET", "/api/stories"], ["POST", "/api/messages/forward-to-story"], ["GET", `/api/users/${user.id}/highlights`]]) {
        const answer = await off.send(method, path, { token: user.token, body: method === "POST" ? { message_id: "msg_x" } : undefined });
        expect([answer.status, answer.json.detail], path).toEqual([503, "Stories are disabled"]);
      }
      expect((await off.get("/api/config", user.token)).json.features.stories).toBe(false);
    } finally {
      await off.stop();
    }
  });
});
