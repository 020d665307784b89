// Direct messages as clients see them: each endpoint's good case, its errors, and somebody else's data.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng, type User } from "./server";

let grover: Grover;
let ada: User;
let bob: User;
let eve: User;

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = [await grover.user("ada"), await grover.user("bob"), await grover.user("eve")];
});
afterAll(() => grover.stop());

const send = (from: User, to: User, content: string, more: object = {}) =>
  grover.post("/api/messages/send", from.token, { receiver_id: to.id, content, ...more });
const conversations = async (who: User) => (await grover.get("/api/messages/conversations", who.token)).json as any[];

// Half a second of silence.
function wav(): Uint8Array {
  const samples = 4000;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples * 2, 40);
  return bytes;
}

function form(fields: Record<string, string>, name: string, file: Uint8Array, type: string): FormData {
  const body = new FormData();
  for (const [key, value] of Object.entries(fields)) body.set(key, value);
  body.set(name, new Blob([file], { type }), "recording");
  return body;
}

describe("sending and reading", () => {
  let chat: string;
  let first: any;

  it("sends by JSON, query and form, to a user or into the conversation", async () => {
    const answer = await send(ada, bob, "Hello");
    expect(answer.status).toBe(200);
    first = answer.json;
    chat = first.conversation_id;
    expect(first).toMatchObject({
      message: "Message sent", content: "Hello", sender_id: ada.id, receiver_id: bob.id, type: "text", read: false,
      read_at: null, group_id: null, reactions: {}, reaction_totals: {}, deleted_for_everyone: false, is_deleted: false,
      voice_data: null, shared_post: null, reply_to: null, client_message_id: null, story_reply: false,
    });
    expect(first.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect((await grover.get("/metrics")).text).toMatch(/^grover_messages_sent_total [1-9]/m);
    const query = await grover.post(`/api/messages/send?receiver_id=${bob.id}&content=by+query`, ada.token);
    expect(query.json.conversation_id).toBe(chat);
    const body = new FormData();
    body.set("conversation_id", chat);
    body.set("content", "by form");
    expect((await grover.send("POST", "/api/messages/send", { token: bob.token, body })).json).toMatchObject({ sender_id: bob.id, conversation_id: chat });
    expect((await grover.post(`/api/messages/${bob.id}`, ada.token, { content: "by path" })).json.conversation_id).toBe(chat);
    expect((await grover.post(`/api/conversations/${chat}/messages`, ada.token, { content: "by chat", user_id: eve.id, sender_id: eve.id })).json.sender_id).toBe(ada.id);
  });

  it("refuses what is not right", async () => {
    expect((await grover.post("/api/messages/send", ada.token, { content: "x" })).status).toBe(422);
    expect((await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id })).status).toBe(422);
    expect((await send(ada, bob, "x".repeat(1001))).status).toBe(422);
    expect((await send(ada, bob, " ")).status).toBe(422);
    expect((await send(ada, bob, "x", { client_message_id: "no blanks" })).status).toBe(422);
    expect((await send(ada, ada, "x")).json.detail).toBe("Cannot message yourself");
    expect((await grover.post("/api/messages/send", ada.token, { receiver_id: "user_unknown", content: "x" })).json).toMatchObject({ detail: "User not found", code: "not_found" });
    expect((await grover.post("/api/messages/send", ada.token, { receiver_id: "a/b", content: "x" })).json.detail).toBe("Invalid receiver_id format");
    expect((await grover.post("/api/messages/send", undefined, { receiver_id: bob.id, content: "x" })).status).toBe(401);
    expect((await grover.post("/api/messages/send", eve.token, { conversation_id: chat, content: "x" })).json.detail).toBe("Conversation not found");
  });

  it("lists the conversation, counts and marks as read", async () => {
    const [listed] = await conversations(bob);
    expect(listed).toMatchObject({ conversation_id: chat, last_message: "by chat", unread_count: 4, is_group: false, muted_until: null, pinned: false, archived: false });
    expect(listed.other_user).toEqual({ user_id: ada.id, name: "ada", username: "ada", picture: null, profile_picture: null, is_premium: false, is_private: false });
    expect((await grover.get(`/api/conversations/${chat}/unread-count`, bob.token)).json).toEqual({ unread_count: 4 });
    const page = (await grover.get(`/api/messages/${ada.id}`, bob.token)).json;
    expect(page.messages.map((message: any) => message.content)).toEqual(["Hello", "by query", "by form", "by path", "by chat"]);
    expect(page).toMatchObject({ conversation_id: chat, unread_count: 4, has_more: false });
    expect((await conversations(bob))[0].unread_count).toBe(0);
    const seen = (await grover.get(`/api/messages/${bob.id}?mark_read=false`, ada.token)).json.messages[0];
    expect(seen).toMatchObject({ read: true, delivered: true });
    expect((await grover.post(`/api/conversations/${chat}/read`, bob.token)).json).toEqual({ message: "Conversation marked as read", marked: 0, unread_count: 0 });
    expect((await grover.post(`/api/messages/conversations/${chat}/read`, ada.token)).json.marked).toBe(1);
    const one = await grover.post(`/api/messages/${first.message_id}/read`, bob.token);
    expect(one.json).toEqual({ message: "Message marked as read", read_at: seen.read_at });
    expect((await grover.post(`/api/conversations/${chat}/read`, eve.token)).status).toBe(404);
    expect((await grover.post(`/api/messages/${first.message_id}/read`, eve.token)).status).toBe(404);
    expect((await grover.get(`/api/conversations/${chat}/unread-count`, eve.token)).status).toBe(404);
  });

  it("pages from the newest, with a cursor that cannot be forged", async () => {
    const page = await grover.get(`/api/messages/${bob.id}?limit=2`, ada.token);
    expect(page.json.messages.map((message: any) => message.content)).toEqual(["by path", "by chat"]);
    expect(page.json.has_more).toBe(true);
    const cursor = page.headers.get("x-next-cursor")!;
    const older = await grover.get(`/api/messages/${bob.id}?limit=2&cursor=${cursor}`, ada.token);
    expect(older.json.messages.map((message: any) => message.content)).toEqual(["by query", "by form"]);
    expect((await grover.get(`/api/messages/${bob.id}?cursor=x${cursor}`, ada.token)).json.detail).toBe("Invalid cursor");
    expect((await grover.get(`/api/messages/${ada.id}`, ada.token)).json.detail).toBe("Cannot message yourself");
  });

  it("sends a retry once", async () => {
    const one = await send(ada, bob, "once", { client_message_id: "c-1" });
    const again = await send(ada, bob, "once", { client_message_id: "c-1" });
    expect(again.json.message_id).toBe(one.json.message_id);
    const keyed = await grover.send("POST", "/api/messages/send", { token: ada.token, body: { receiver_id: bob.id, content: "keyed" }, headers: { "Idempotency-Key": "k-1" } });
    const replay = await grover.send("POST", "/api/messages/send", { token: ada.token, body: { receiver_id: bob.id, content: "keyed" }, headers: { "Idempotency-Key": "k-1" } });
    expect(replay.json).toEqual(keyed.json);
    expect(replay.headers.get("idempotency-replayed")).toBe("true");
    const texts = (await grover.get(`/api/messages/${bob.id}`, ada.token)).json.messages.map((message: any) => message.content);
    expect(texts.filter((text: string) => text === "once" || text === "keyed")).toHaveLength(2);
  });

  it("does not take words for user ids", async () => {
    for (const word of ["conversations", "search?q=hello", "forward-recipients", "requests", "unread-count"])
      expect((await grover.get(`/api/messages/${word}`, ada.token)).status).toBe(200);
  });
});

describe("other kinds", () => {
  it("sends a voice message whose address opens without a header, signed", async () => {
    const body = form({ receiver_id: bob.id, duration: "2.6" }, "audio", wav(), "audio/wav");
    const answer = await grover.send("POST", "/api/messages/send-voice", { token: ada.token, body });
    expect(answer.json).toMatchObject({ message: "Voice message sent", type: "voice", media_type: "audio", duration: 3, content: "" });
    expect(answer.json.voice_data).toBe(answer.json.media_url);
    expect((await fetch(answer.json.media_url)).status).toBe(200);
    expect((await fetch(answer.json.media_url.split("?")[0])).status).toBe(403);
    expect((await conversations(bob))[0].last_message).toBe("Voice message");
    const long = form({ receiver_id: bob.id, duration: "301" }, "audio", wav(), "audio/wav");
    expect((await grover.send("POST", "/api/messages/send-voice", { token: ada.token, body: long })).status).toBe(422);
    const picture = form({ receiver_id: bob.id, duration: "2" }, "audio", tinyPng, "audio/wav");
    const refused = await grover.send("POST", "/api/messages/send-voice", { token: ada.token, body: picture });
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({ code: "file_upload_error" });
    expect(refused.json.detail).toMatch(/^File type not allowed\. Allowed types: audio\/mpeg/);
  });

  it("shares posts and GIFs", async () => {
    const post = (await grover.post("/api/posts", ada.token, { content: "A post" })).json.post;
    const shared = await grover.post("/api/messages/send-post", ada.token, { receiver_id: bob.id, post_id: post.post_id });
    expect(shared.json).toMatchObject({ message: "Post sent", type: "post", shared_post_id: post.post_id, content: "" });
    expect(shared.json.shared_post.content).toBe("A post");
    expect((await conversations(bob))[0].last_message).toBe("Shared a post");
    await grover.delete(`/api/posts/${post.post_id}`, ada.token);
    const last = (await grover.get(`/api/messages/${ada.id}`, bob.token)).json.messages.at(-1);
    expect(last).toMatchObject({ shared_post_id: post.post_id, shared_post: null });
    expect((await grover.post("/api/messages/send-post", ada.token, { receiver_id: bob.id, post_id: post.post_id })).json.detail).toBe("Post not found");

    const gif = await grover.post("/api/messages/send-gif", ada.token, { receiver_id: bob.id, gif_url: "https://example.com/a.gif" });
    expect(gif.json).toMatchObject({ message: "GIF sent", type: "gif", gif_url: "https://example.com/a.gif" });
    expect((await grover.post("/api/messages/send-gif", ada.token, { receiver_id: bob.id, gif_url: "ftp://example.com/a.gif" })).status).toBe(422);
    expect((await grover.post("/api/messages/send-video", ada.token, { receiver_id: bob.id, duration: 3 })).status).toBe(422);
  });
});

describe("changing", () => {
  it("edits, keeps the history, and refuses others", async () => {
    const { message_id } = (await send(ada, bob, "helo")).json;
    expect((await grover.send("PATCH", `/api/messages/${message_id}`, { token: ada.token, body: { content: "hello" } })).json).toMatchObject({ message_id, content: "hello" });
    expect((await grover.put(`/api/messages/${message_id}/edit`, ada.token, { new_content: "hello!" })).json.content).toBe("hello!");
    expect((await grover.put(`/api/messages/${message_id}`, bob.token, { content: "mine" })).json.detail).toBe("Not authorized to edit this message");
    expect((await grover.put(`/api/messages/${message_id}`, eve.token, { content: "mine" })).json.detail).toBe("Message not found");
    expect((await grover.get(`/api/messages/${message_id}/history`, ada.token)).json.map((one: any) => one.content)).toEqual(["helo", "hello"]);
    expect((await grover.get(`/api/messages/${message_id}/history`, bob.token)).status).toBe(403);
    const refused = await grover.post(`/api/messages/${message_id}/delete`, ada.token, { delete_for_everyone: true });
    expect(refused.json.detail).toBe("Cannot delete for everyone: message has been edited");
  });

  it("deletes for everyone and for oneself", async () => {
    const { message_id } = (await send(ada, bob, "oops")).json;
    expect((await grover.post(`/api/messages/${message_id}/delete`, bob.token, { delete_for_everyone: true })).status).toBe(403);
    const gone = (await grover.post(`/api/messages/${message_id}/delete?delete_for_everyone=true`, ada.token)).json;
    expect(gone).toMatchObject({ message_id, deleted_for_everyone: true });
    const seen = (await grover.get(`/api/messages/${ada.id}`, bob.token)).json.messages.at(-1);
    expect(seen).toMatchObject({ content: "Message deleted", is_deleted: true, deleted_at: gone.deleted_at });
    expect((await grover.delete(`/api/messages/${message_id}`, bob.token)).json).toEqual({ message_id, deleted_for_everyone: false, deleted_at: null });
    expect((await grover.get(`/api/messages/${ada.id}`, bob.token)).json.messages.map((one: any) => one.message_id)).not.toContain(message_id);
    expect((await grover.delete(`/api/messages/${message_id}`, eve.token)).status).toBe(404);
  });

  it("reacts", async () => {
    const { message_id } = (await send(ada, bob, "nice")).json;
    const added = (await grover.post(`/api/messages/${message_id}/reactions`, bob.token, { emoji: "❤" })).json;
    expect(added).toMatchObject({ action: "added", emoji: "❤️", reaction_totals: { "❤️": 1 } });
    expect((await grover.get(`/api/messages/${message_id}/reactions`, ada.token)).json["❤️"][0]).toMatchObject({ user_id: bob.id, user: { name: "bob" } });
    expect((await grover.post(`/api/messages/${message_id}/reactions`, bob.token, { emoji: "👎" })).json.detail).toBe("Invalid emoji");
    expect((await grover.post(`/api/messages/${message_id}/reactions`, eve.token, { emoji: "👍" })).json.detail).toBe("Message not found");
    expect((await grover.delete(`/api/messages/${message_id}/reactions/${encodeURIComponent("❤️")}`, bob.token)).json).toEqual({ message: "Reaction removed", reaction_counts: {} });
    expect((await grover.delete(`/api/messages/${message_id}/reactions/${encodeURIComponent("❤️")}`, bob.token)).json.detail).toBe("Reaction not found");
  });
});

describe("finding and forwarding", () => {
  it("finds words in own chats alone", async () => {
    await send(ada, bob, "Crème brûlée");
    expect((await grover.get("/api/messages/search?q=CREME", ada.token)).json[0]).toMatchObject({ content: "Crème brûlée", other_user: { user_id: bob.id }, group: null });
    expect((await grover.get("/api/messages/search?query=creme", eve.token)).json).toEqual([]);
    expect((await grover.get("/api/messages/search?q=%20", ada.token)).json.detail).toBe("Query cannot be empty");
    expect((await grover.get("/api/messages/search?q=a&start_date=soon", ada.token)).json.detail).toBe("Invalid start_date");
  });

  it("forwards with attribution, and says who could not be reached", async () => {
    const { message_id } = (await send(ada, bob, "pass it on")).json;
    const answer = (await grover.post("/api/messages/forward", bob.token, { message_id, recipient_ids: `${eve.id},user_unknown`, comment: "from ada" })).json;
    expect(answer).toMatchObject({ success: true, forwarded_count: 1, failed: [{ recipient_id: "user_unknown", detail: "User not found" }] });
    const seen = (await grover.get(`/api/messages/${bob.id}`, eve.token)).json.messages[0];
    expect(seen).toMatchObject({ content: "pass it on", forwarded_from: ada.id, original_sender_name: "ada", forward_comment: "from ada" });
    expect((await grover.get("/api/messages/forward-recipients?q=ev", bob.token)).json).toEqual({ recipients: [{ id: eve.id, name: "eve", type: "user", profile_picture: null }] });
    expect((await grover.post("/api/messages/forward", eve.token, { message_id, recipient_ids: ada.id })).json.detail).toBe("Message not found");
    expect((await grover.post("/api/messages/forward", bob.token, { message_id, recipient_ids: "" })).json.detail).toBe("No recipients specified");
  });
});

describe("strangers and blocks", () => {
  it("keeps a stranger's messages apart until they are accepted", async () => {
    const dan = await grover.user("dan");
    await grover.put("/api/users/me/privacy", dan.token, { allow_messages: "none" });
    const { conversation_id } = (await send(ada, dan, "hello?")).json;
    expect(await conversations(dan)).toEqual([]);
    expect((await grover.get("/api/messages/requests", dan.token)).json[0].conversation_id).toBe(conversation_id);
    await send(ada, dan, "2");
    await send(ada, dan, "3");
    expect((await send(ada, dan, "4")).status).toBe(403);
    expect((await grover.post(`/api/messages/requests/${conversation_id}/accept`, ada.token)).status).toBe(404);
    expect((await grover.post(`/api/messages/requests/${conversation_id}/accept`, dan.token)).status).toBe(200);
    expect((await conversations(dan))[0].unread_count).toBe(3);
    expect((await send(ada, dan, "4")).status).toBe(200);
  });

  it("cuts both sides off", async () => {
    const fay = await grover.user("fay");
    await send(ada, fay, "hi");
    await grover.post(`/api/users/${ada.id}/block`, fay.token);
    expect((await send(ada, fay, "hi")).json.detail).toBe("User not found");
    expect((await send(fay, ada, "hi")).json.detail).toBe("You have blocked this user");
    expect((await grover.get(`/api/messages/${fay.id}`, ada.token)).status).toBe(404);
    expect((await conversations(ada)).map((one) => one.other_user.user_id)).not.toContain(fay.id);
    expect(await conversations(fay)).toEqual([]);
  });
});
