// What users are told, by contract/notifications.md §1..§3: every endpoint with its good case and its errors.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Grover, type User } from "./server";
import { authorized, Client } from "./sockets";

let grover: Grover;
let ada: User;
let bob: User;
let cleo: User;
let post: string;

const list = async (user: User, query = "") => (await grover.get(`/api/notifications${query}`, user.token)).json;
// Rows come and go with their cause: nobody has to wait for them.
const withTotal = async (user: User, total: number) => {
  const answer = await list(user);
  expect(answer.total).toBe(total);
  return answer;
};

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
  cleo = await grover.user("cleo");
  post = (await grover.post("/api/posts", ada.token, { content: "Hello" })).json.post.post_id;
});
afterAll(() => grover.stop());

describe("notifications", () => {
  it("starts empty, as an object", async () => {
    expect(await list(ada)).toEqual({ notifications: [], total: 0, unread_count: 0, has_more: false, next_cursor: null });
    expect((await grover.get("/api/notifications")).status).toBe(401);
  });

  it("tells each thing that happened, newest first", async () => {
    await grover.post(`/api/users/${ada.id}/follow`, bob.token);
    await grover.post(`/api/posts/${post}/react`, bob.token, { reaction_type: "love" });
    const comment = (await grover.post(`/api/posts/${post}/comments`, bob.token, { content: "nice" })).json.comment_id;
    await grover.post(`/api/comments/${comment}/like`, cleo.token);
    const repost = (await grover.post(`/api/posts/${post}/repost`, cleo.token)).json.repost_id;
    await grover.post(`/api/posts/${post}/share`, cleo.token);
    const answer = await withTotal(ada, 5);
    expect(answer.notifications.map((one: any) => `${one.type}: ${one.content}`)).toEqual([
      "share: cleo shared your post",
      "repost: cleo reposted your post",
      "comment: bob commented on your post",
      "reaction: bob reacted ❤️ to your post",
      "follow: bob started following you",
    ]);
    expect(answer.unread_count).toBe(5);
    const [, reposted, commented, reacted, followed] = answer.notifications;
    expect(reposted).toMatchObject({ related_id: repost, post_id: post, target_type: "post" });
    expect(commented).toMatchObject({ related_id: post, post_id: post, comment_id: comment, category: "comments", read: false, read_at: null });
    expect(reacted.data).toEqual({ reaction_type: "love" });
    expect(reacted.actor).toMatchObject({ user_id: bob.id, name: "bob", username: "bob" });
    expect(followed).toMatchObject({ related_id: null, actor_id: bob.id, from_user_id: null, order_id: null });
    // What the app opens is a post.
    for (const one of [reposted, commented, reacted]) expect((await grover.get(`/api/posts/${one.related_id}`, ada.token)).status).toBe(200);
    const liked = await withTotal(bob, 1);
    expect(liked.notifications[0]).toMatchObject({ type: "comment_like", content: "cleo liked your comment", related_id: post, comment_id: comment });
  });

  it("filters in every spelling, and finds nothing for an unknown one", async () => {
    for (const [filter, total] of [["like", 1], ["likes", 1], ["comment", 1], ["follow", 1], ["follows", 1], ["repost", 2], ["all", 5], ["sale", 0], ["nonsense", 0], ["x".repeat(51), 0], ["x".repeat(5_000), 0]] as const)
      expect([filter, (await list(ada, `?type_filter=${filter}`)).total]).toEqual([filter, total]);
    expect((await list(ada, "?type_filter=follow")).unread_count).toBe(5);
  });

  it("pages by skip and by cursor", async () => {
    const first = await grover.get("/api/notifications?limit=2", ada.token);
    expect(first.json).toMatchObject({ total: 5, has_more: true });
    expect(first.headers.get("x-next-cursor")).toBe(first.json.next_cursor);
    const second = await list(ada, `?limit=2&cursor=${first.json.next_cursor}`);
    const skipped = await list(ada, "?limit=2&skip=2");
    expect(second.notifications).toEqual(skipped.notifications);
    expect((await list(ada, "?limit=100&skip=4")).notifications).toHaveLength(1);
    expect((await grover.get("/api/notifications?cursor=forged", ada.token)).status).toBe(400);
    expect((await grover.get("/api/notifications?limit=many", ada.token)).status).toBe(422);
  });

  it("answers 304 until something changes", async () => {
    const etag = (await grover.get("/api/notifications", ada.token)).headers.get("etag")!;
    const again = () => grover.send("GET", "/api/notifications", { token: ada.token, headers: { "If-None-Match": etag } });
    const unchanged = await again();
    expect([unchanged.status, unchanged.text]).toEqual([304, ""]);
    await grover.put("/api/users/me", bob.token, { name: "Robert" });
    const renamed = await again();
    expect(renamed.status).toBe(200);
    expect(renamed.json.notifications[2]).toMatchObject({ content: "bob commented on your post", actor: { name: "Robert" } });
  });

  it("counts what is unread by category", async () => {
    expect((await grover.get("/api/notifications/count", ada.token)).json).toEqual({
      total: 5, likes: 1, comments: 1, follows: 1, mentions: 0, messages: 0, sales: 0, streams: 0, other: 2, unread_count: 5,
    });
    expect((await grover.get("/api/notifications/count")).status).toBe(401);
  });

  it("marks one, some, all; again is no error; others' do not exist", async () => {
    const [share, repost, comment] = (await list(ada)).notifications.map((one: any) => one.notification_id);
    const one = await grover.post(`/api/notifications/${share}/read`, ada.token);
    expect([one.status, one.json]).toEqual([200, { message: "Notification marked as read", unread_count: 4 }]);
    expect((await grover.post(`/api/notifications/mark-read/${share}`, ada.token)).json.unread_count).toBe(4);
    for (const path of [`${share}/read`, "notif_unknown/read"]) {
      const answer = await grover.post(`/api/notifications/${path}`, bob.token);
      expect([answer.status, answer.json.detail]).toEqual([404, "Notification not found"]);
    }
    expect((await grover.post("/api/notifications/not!an!id/read", ada.token)).status).toBe(400);
    const some = await grover.post("/api/notifications/mark-read", ada.token, { notification_ids: [repost, share, "notif_unknown"] });
    expect(some.json).toEqual({ message: "Notifications marked as read", updated: 1, unread_count: 3 });
    expect((await grover.post("/api/notifications/mark-read", bob.token, { notification_ids: [comment] })).json.updated).toBe(0);
    expect((await grover.post("/api/notifications/mark-read?type_filter=comments", ada.token)).json.updated).toBe(1);
    expect((await grover.post("/api/notifications/mark-read", ada.token, { type_filter: "x".repeat(51) })).json.updated).toBe(0);
    expect((await grover.post("/api/notifications/mark-read", ada.token, { notification_ids: [] })).status).toBe(422);
    expect((await grover.post("/api/notifications/mark-all-read", ada.token)).json).toMatchObject({ updated: 2, unread_count: 0 });
    expect((await grover.post("/api/notifications/read-all", ada.token)).json.updated).toBe(0);
    expect((await list(ada, "?unread_only=true")).total).toBe(0);
  });

  it("withdraws what is undone while unread, and what points at something deleted", async () => {
    const theirs = (await grover.post("/api/posts", ada.token, { content: "Second" })).json.post.post_id;
    await grover.post(`/api/posts/${theirs}/react`, bob.token, { reaction_type: "like" });
    await withTotal(ada, 6);
    await grover.delete(`/api/posts/${theirs}/like`, bob.token);
    await withTotal(ada, 5);
    await grover.post(`/api/posts/${theirs}/comments`, bob.token, { content: "gone soon" });
    await withTotal(ada, 6);
    await grover.delete(`/api/posts/${theirs}`, ada.token);
    expect((await withTotal(ada, 5)).total).toBe(5);
  });

  it("keeps switched-off types, muted words and blocked people away", async () => {
    const dora = await grover.user("dora");
    const hers = (await grover.post("/api/posts", dora.token, { content: "Mine" })).json.post.post_id;
    await grover.put("/api/users/me/notification-settings", dora.token, { notify_likes: false, mute_keywords: ["Spoiler"] });
    await grover.post(`/api/posts/${hers}/react`, bob.token, { reaction_type: "like" });
    await grover.post(`/api/posts/${hers}/comments`, bob.token, { content: "a SPOILER!" });
    await grover.post(`/api/posts/${hers}/comments`, bob.token, { content: "harmless" });
    const answer = await withTotal(dora, 1);
    expect(answer.notifications[0].content).toBe("Robert commented on your post");
    await grover.post(`/api/users/${bob.id}/block`, dora.token);
    expect((await withTotal(dora, 0)).notifications).toEqual([]);
  });

  it("opens and deletes one's own, one or all", async () => {
    const fay = await grover.user("fay");
    const hers = (await grover.post("/api/posts", fay.token, { content: "Mine" })).json.post.post_id;
    for (const user of [ada, bob, cleo]) await grover.post(`/api/posts/${hers}/comments`, user.token, { content: "hi" });
    const [first, second] = (await withTotal(fay, 3)).notifications;
    expect((await grover.get(`/api/notifications/${first.notification_id}`, fay.token)).json).toEqual(first);
    expect((await grover.get(`/api/notifications/${first.notification_id}`, ada.token)).status).toBe(404);
    expect((await grover.get("/api/notifications/!", fay.token)).status).toBe(400);
    expect((await grover.delete(`/api/notifications/${first.notification_id}`, ada.token)).status).toBe(200);
    expect((await list(fay)).total).toBe(3);
    for (let i = 0; i < 2; ++i) expect((await grover.delete(`/api/notifications/${first.notification_id}`, fay.token)).json).toEqual({ message: "Notification deleted" });
    expect((await grover.get("/api/notifications/count", fay.token)).json.total).toBe(2);
    await grover.post(`/api/notifications/${second.notification_id}/read`, fay.token);
    expect((await grover.delete("/api/notifications", fay.token)).json).toEqual({ message: "Notifications deleted", deleted: 1 });
    expect((await grover.delete("/api/notifications?read_only=false", fay.token)).json.deleted).toBe(1);
    expect((await list(fay)).total).toBe(0);
  });

  it("loses nothing that happened just before a crash", async () => {
    const emil = await grover.user("emil");
    const his = (await grover.post("/api/posts", emil.token, { content: "Crash" })).json.post.post_id;
    for (const user of [ada, bob, cleo]) await grover.post(`/api/posts/${his}/comments`, user.token, { content: "hi" });
    await grover.restart("SIGKILL");
    expect((await list(emil)).total).toBe(3);
  });

  it("come and go with what causes them, whatever that is", async () => {
    const [gil, hal] = [await grover.user("gil"), await grover.user("hal")];
    const told = async () => (await list(gil)).notifications.map((one: any) => one.type);
    const his = (await grover.post("/api/posts", gil.token, { content: "Here" })).json.post.post_id;
    const steps: [string, string, string, object, string[]][] = [
      ["POST", `/api/users/${gil.id}/follow`, "hal", {}, ["follow"]],
      ["POST", `/api/users/${gil.id}/follow`, "hal", {}, []],
      ["POST", `/api/posts/${his}/like`, "hal", {}, ["reaction"]],
      ["DELETE", `/api/posts/${his}/like`, "hal", {}, []],
      ["POST", `/api/posts/${his}/dislike`, "hal", {}, []],
      ["POST", `/api/posts/${his}/comments`, "hal", { content: "hello @gil" }, ["comment"]],
      ["POST", "/api/posts", "hal", { content: "where is @gil" }, ["mention", "comment"]],
      ["POST", "/api/groups/create", "hal", { name: "Two of us", member_ids: [gil.id] }, ["group_invite", "mention", "comment"]],
      ["POST", `/api/users/${hal.id}/block`, "gil", {}, []],
    ];
    for (const [method, path, who, body, types] of steps) {
      const answer = await grover.send(method, path, { token: who === "gil" ? gil.token : hal.token, body });
      expect(answer.status, `${method} ${path} ${answer.text}`).toBeLessThan(300);
      expect(await told(), `${method} ${path}`).toEqual(types);
      expect((await grover.get("/api/notifications/count", gil.token)).json.unread_count).toBe(types.length);
    }
  });

  it("of reactions to a message name the chat, and go with the last one", async () => {
    const [ida, jon] = [await grover.user("ida"), await grover.user("jon")];
    const id = (await grover.post(`/api/messages/${jon.id}`, ida.token, { content: "look" })).json.message_id;
    const react = (emoji: string) => grover.post(`/api/messages/${id}/reactions`, jon.token, { emoji });
    const told = async () => (await list(ida, "?type_filter=message_reaction")).notifications;
    expect((await react("🔥")).status).toBe(200);
    expect((await react("❤️")).status).toBe(200);
    const [row, ...others] = await told();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ content: "jon reacted 🔥 to your message", group_id: null, related_id: id });
    expect(row.conversation_id).toMatch(/^conv_/);
    await react("❤️");
    expect(await told()).toHaveLength(1);
    await react("🔥");
    expect(await told()).toEqual([]);
  });
});

describe("sockets of the one who is told", () => {
  const open: Client[] = [];
  const connect = async (user: User) => {
    const client = await Client.connect(grover.url, authorized(user.token));
    open.push(client);
    await client.next("ready");
    return client;
  };
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  it("all hear of a notification and of its reading, and nobody else's do", async () => {
    const [gina, hugo] = [await grover.user("gina"), await grover.user("hugo")];
    const hers = (await grover.post("/api/posts", gina.token, { content: "Mine" })).json.post.post_id;
    const [phone, desk, other] = [await connect(gina), await connect(gina), await connect(hugo)];
    const comment = (await grover.post(`/api/posts/${hers}/comments`, hugo.token, { content: "hi" })).json.comment_id;
    for (const client of [phone, desk]) {
      const { notification, unread_count } = await client.next("notification:new");
      expect(notification).toMatchObject({ type: "comment", content: "hugo commented on your post", related_id: hers, comment_id: comment, user_id: gina.id, read: false, actor: { user_id: hugo.id, username: "hugo" } });
      expect(unread_count).toBe(1);
      expect(notification).toEqual((await list(gina)).notifications[0]);
      expect(await client.next("activity_event")).toMatchObject({ notification_id: notification.notification_id, type: "comment", content: "hugo commented on your post", related_id: hers, actor_id: hugo.id });
    }
    const { notification_id } = (await list(gina)).notifications[0];
    await grover.post(`/api/notifications/${notification_id}/read`, gina.token);
    for (const client of [phone, desk]) expect(await client.next("notification:read")).toMatchObject({ notification_ids: [notification_id], unread_count: 0 });
    await grover.post(`/api/users/${gina.id}/follow`, hugo.token);
    for (const client of [phone, desk]) expect((await client.next("notification:new")).unread_count).toBe(1);
    await grover.post("/api/notifications/mark-all-read", gina.token);
    for (const client of [phone, desk]) expect(await client.next("notification:read")).toMatchObject({ notification_ids: [], unread_count: 0 });
    // What he hears first is his own: whatever had been sent to him before would have come before it.
    await grover.post(`/api/users/${hugo.id}/follow`, gina.token);
    expect((await other.next("notification:new")).notification).toMatchObject({ type: "follow", user_id: hugo.id });
    expect(await other.next("activity_event")).toMatchObject({ type: "follow" });
    for (const name of ["notification:new", "notification:read", "activity_event"]) expect(other.take(name), name).toEqual([]);
  });

  it("hear nothing of what is switched off, muted or undone before", async () => {
    const [ivy, jan, kay] = [await grover.user("ivy"), await grover.user("jan"), await grover.user("kay")];
    const hers = (await grover.post("/api/posts", ivy.token, { content: "Mine" })).json.post.post_id;
    await grover.put("/api/users/me/notification-settings", ivy.token, { notify_comments: false });
    await grover.post(`/api/users/${jan.id}/mute`, ivy.token);
    const client = await connect(ivy);
    await grover.post(`/api/posts/${hers}/comments`, kay.token, { content: "switched off" });
    await grover.post(`/api/posts/${hers}/react`, jan.token, { reaction_type: "like" });
    await grover.post(`/api/users/${ivy.id}/follow`, kay.token);
    expect((await client.next("notification:new")).notification).toMatchObject({ type: "follow", actor_id: kay.id });
    expect(await client.next("activity_event")).toMatchObject({ type: "follow" });
    for (const name of ["notification:new", "activity_event"]) expect(client.take(name), name).toEqual([]);
  });
});
