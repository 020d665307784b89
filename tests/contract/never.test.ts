// What must never happen, tried on the whole binary: the last lines of contract/comments.md, polls.md, scheduled-posts.md, collections.md,
// communities.md, notifications.md and discovery.md that no other file here tries, and hostile input to all of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectInTime } from "./in_time";
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

const publish = async (user: User, content: string, more = {}) => {
  const answer = await grover.post("/api/posts", user.token, { content, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.post;
};
const soon = (get: () => Promise<unknown>, expected: unknown) => expect.poll(get, { timeout: 10_000, interval: 50 }).toEqual(expected);

describe("search", () => {
  it("takes any text for text: operators, quotes, wildcards, patterns, NUL; quickly, and finds nothing by them", async () => {
    await publish(ada, "An ordinary sentence");
    await soon(async () => (await grover.get("/api/search?q=ordinary", bob.token)).json.posts.length, 1);
    const hostile = ["*".repeat(100), "%".repeat(100), "_".repeat(100), "?".repeat(100), "(".repeat(100), '"'.repeat(99), "a*".repeat(50), "-".repeat(100), "#".repeat(100), "@".repeat(100),
      "(a+)+$".repeat(16), "[[:<:]]", "\\y\\m\\M", "a' OR '1'='1", "x'); DELETE FROM posts; --", "ordinary AND NOT sentence OR", "NEAR(ordinary sentence, 2)", "col:ordinary", "ordinary:*", "!ordinary & | <->",
      "\u0000", "ordin\u0000ary", "\u202Eyranidro", "\uFFFF", "ﷺ".repeat(100), "e\u0301".repeat(50), "-ordinary", "from:", "from:@", '"" ""', "{$ne:1}", "${jndi:ldap://x}", "%00", "\\", "😀".repeat(100)];
    for (const q of hostile) {
      for (const path of ["/api/search", "/api/search/users", "/api/search/hashtags"]) {
        const begun = Date.now();
        const answer = await grover.get(`${path}?q=${encodeURIComponent(q)}`, bob.token);
        expect([200, 422], `${path} ${q} ${answer.text}`).toContain(answer.status);
        expectInTime(begun, 3_000, `${path} ${q}`);
        if (path === "/api/search" && answer.status === 200 && !/ordin/.test(q)) expect(answer.json.posts, q).toEqual([]);
      }
    }
    for (const path of ["/api/search", "/api/search/users"]) expect([414, 422]).toContain((await grover.get(`${path}?q=${"*".repeat(10_000)}`, bob.token)).status);
    expect((await grover.get("/api/search/hashtags?q=" + "%23".repeat(101), bob.token)).status).toBe(422);
    expect((await grover.get("/api/search?q=ordinary", bob.token)).json.posts).toHaveLength(1);
  }, 120_000);

  it("is told to nobody, the log included", async () => {
    await grover.get("/api/search?q=zanzibarquery", bob.token);
    await grover.get("/api/search/users?q=zanzibarquery", bob.token);
    for (const path of ["/api/search?q=zanzi", "/api/search/hashtags?q=zanzi", "/api/trending/tags"]) expect((await grover.get(path, eve.token)).text.replace(/"suggestion":"[^"]*"/, "")).not.toContain("zanzibarquery");
    expect(grover.log()).not.toContain("zanzibarquery");
  });

  it("never finds or shows an address, wherever people stand", async () => {
    await grover.post(`/api/users/${ada.id}/follow`, eve.token);
    for (const q of ["ada@example.com", "example.com", '"ada@example.com"', "@example"]) {
      const answer = await grover.get(`/api/search?q=${encodeURIComponent(q)}&type=all`, bob.token);
      expect(answer.json.users, q).toEqual([]);
    }
    for (const path of ["/api/search?q=ada", "/api/search/users?q=ada", "/api/trending/creators", "/api/discover/trending", "/api/discover/for-you", "/api/discover/suggested-users"])
      expect((await grover.get(path, bob.token)).text, path).not.toContain("@example.com");
  });
});

describe("lists of discovery", () => {
  it("never give more than their maximum, and say liked by true or false", async () => {
    for (let i = 0; i < 12; ++i) await publish(ada, `#limit number ${i} #limit`, { category: "music" });
    await soon(async () => (await grover.get("/api/search/hashtags?q=limit", bob.token)).json, [{ tag: "#limit", name: "limit", post_count: 12 }]);
    for (const [path, most] of [["/api/search/hashtag/limit/posts", 100], ["/api/trending/tags", 100], ["/api/trending/creators", 100], ["/api/categories/music/posts", 100], ["/api/discover/for-you", 50],
      ["/api/discover/suggested-users", 50], ["/api/search/users?q=a", 100]] as [string, number][]) {
      for (const limit of ["1000000", "-5", "0", "2"]) {
        const answer = await grover.get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}`, bob.token);
        expect(answer.status, `${path} ${limit}`).toBe(200);
        expect(answer.json.length, `${path} ${limit}`).toBeLessThanOrEqual(limit === "2" ? 2 : Number(limit) > 0 ? most : 1);
        for (const one of answer.json) if (one.post_id) expect([typeof one.liked, typeof one.saved], path).toEqual(["boolean", "boolean"]);
      }
    }
  });

  it("count a tag once in a post, however often it stands there", async () => {
    await publish(bob, "#once #once #ONCE and #Ｏｎｃｅ");
    await soon(async () => (await grover.get("/api/search/hashtags?q=once", ada.token)).json, [{ tag: "#once", name: "once", post_count: 1 }]);
    expect((await grover.get("/api/search/hashtag/once/posts", ada.token)).json).toHaveLength(1);
  });
});

describe("hashtags and mentions", () => {
  it("work in every script, and are found by themselves", async () => {
    const tags = ["музыка", "音楽", "음악", "संगीत", "موسيقى", "μουσική", "მუსიკა", "երաժշտություն", "ดนตรี", "מוזיקה", "ሙዚቃ", "சங்கீதம்", "straße", "naïve", "日本語_2026"];
    for (const tag of tags) await publish(ada, `Something about #${tag}, and an &#39; entity, https://x.org/#fragment`);
    for (const tag of tags) {
      const at = `/api/search/hashtag/${encodeURIComponent(tag)}/posts`;
      await soon(async () => (await grover.get(at, bob.token)).json.length, 1);
      expect((await grover.get(`/api/search/hashtags?q=${encodeURIComponent(tag)}`, bob.token)).json.map((one: any) => one.post_count), tag).toEqual([1]);
    }
    expect((await grover.get("/api/search/hashtag/fragment/posts", bob.token)).json).toEqual([]);
    expect((await grover.get("/api/search/hashtag/39/posts", bob.token)).json).toEqual([]);
  }, 60_000);

  it("of nobody are kept as text and tell nobody", async () => {
    const before = (await grover.get("/api/notifications", bob.token)).json.total;
    const nobody = "@nobody_at_all @ @@ @user_00000000000000000000000000 @ĸ @" + "x".repeat(200);
    const post = await publish(ada, nobody);
    expect(post.content).toBe(nobody);
    expect(post.mentioned_users).toEqual([]);
    const comment = await grover.post(`/api/posts/${post.post_id}/comments`, ada.token, { content: nobody, tagged_users: ["nobody_at_all", "user_none", ""] });
    expect(comment.json.comment).toMatchObject({ content: nobody, tagged_users: [] });
    expect((await grover.get("/api/notifications", bob.token)).json.total).toBe(before);
  });
});

describe("polls", () => {
  it("of one or of a thousand options are refused, and votes tell nobody who gave them", async () => {
    for (const poll_options of [[], ["one"], ["one", " "], ["one", "ONE"], Array.from({ length: 1_000 }, (_, i) => `option ${i}`), ["a".repeat(101), "b"], "[", "null", '{"a":1}', [1, 2], [["a"], ["b"]]])
      expect((await grover.post("/api/posts", ada.token, { content: "x", poll_question: "?", poll_options })).status, JSON.stringify(poll_options).slice(0, 60)).toBe(422);
    const poll = await publish(ada, "", { poll_question: "?", poll_options: ["a", "b"] });
    await grover.post(`/api/posts/${poll.post_id}/vote`, bob.token, { option_index: 1 });
    for (const path of [`/api/posts/${poll.post_id}`, `/api/posts/${poll.post_id}/poll-results`])
      for (const user of [ada, eve]) {
        const answer = await grover.get(path, user.token);
        expect(answer.text, path).not.toContain(bob.id);
        expect(answer.json.user_vote_index ?? answer.json.poll_user_vote ?? null).toBeNull();
      }
    expect((await grover.get("/api/notifications", ada.token)).text).not.toContain("vote");
  });
});

describe("scheduled posts", () => {
  it("of the past, of 1970, of 2400 and of no time at all are refused, and nothing waits", async () => {
    const times = ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2400-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "99999-01-01T00:00:00Z", "-1", "0", "1e18", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2027-01-01T25:00:00Z",
      "2027-01-01T00:00:00+99:99", "now", "", " ", "2027-01-01", "\u0000", "٢٠٢٧-01-01T00:00:00Z", new Date(Date.now() - 1).toISOString()];
    for (const scheduled_time of times) {
      const answer = await grover.post("/api/posts/schedule", eve.token, { content: "never", scheduled_time });
      // A date alone is a time of ISO 8601.
      expect(answer.status === 200 ? scheduled_time : [400, 422].includes(answer.status) && "refused", `${scheduled_time} ${answer.text}`).toBe(answer.status === 200 ? "2027-01-01" : "refused");
      if (answer.status === 200) await grover.delete(`/api/posts/scheduled/${answer.json.scheduled_post_id}`, eve.token);
    }
    expect((await grover.get("/api/posts/scheduled", eve.token)).json).toEqual([]);
  });
});

describe("collections", () => {
  it("of deleted posts that refer to each other are read, counted and deleted as any", async () => {
    const first = await publish(ada, "first");
    const second = (await grover.post(`/api/posts/${first.post_id}/repost`, bob.token)).json.repost_id;
    const third = await publish(ada, `see ${second} and ${first.post_id}`);
    const made: string[] = [];
    for (const name of ["one", "two"]) {
      const answer = await grover.post("/api/collections", ada.token, { name, is_public: true, posts: [first.post_id, second, third.post_id, first.post_id] });
      expect(answer.status, answer.text).toBe(200);
      made.push(answer.json.collection_id);
    }
    for (const id of [first.post_id, third.post_id]) expect((await grover.delete(`/api/posts/${id}`, ada.token)).status).toBe(200);
    for (const user of [ada, bob]) {
      for (const id of made) {
        const answer = (await grover.get(`/api/collections/${id}`, user.token)).json;
        expect([answer.post_count, answer.post_ids.length, answer.posts.length]).toEqual([answer.posts.length, answer.posts.length, answer.posts.length]);
        expect(answer.posts.map((post: any) => post.post_id)).not.toContain(first.post_id);
      }
    }
    expect((await grover.post(`/api/collections/${made[0]}/posts/${first.post_id}`, ada.token)).json.detail).toBe("Post not found");
    expect((await grover.delete(`/api/collections/${made[0]}/posts/${first.post_id}`, ada.token)).json.detail).toBe("Post not in collection");
    for (const id of made) expect((await grover.delete(`/api/collections/${id}`, ada.token)).status).toBe(200);
  });
});

describe("communities", () => {
  it("take no file unchecked, give none as base64, and no list of members or addresses", async () => {
    const id = (await grover.post("/api/communities/create", ada.token, { name: "Files", description: "x" })).json.community_id;
    await grover.post(`/api/communities/${id}/join`, bob.token);
    const form = (name: string, bytes: Uint8Array, type: string) => {
      const out = new FormData();
      for (const [key, value] of Object.entries({ name: "x", description: "x", content: "x" })) out.append(key, value);
      out.append(name, new Blob([bytes], { type }), "a.png");
      return out;
    };
    const html = Buffer.from("<html><script>alert(1)</script></html>");
    const before = (await grover.get(`/api/communities/${id}`, ada.token)).json.post_count;
    for (const type of ["image/png", "video/mp4", "text/html"]) {
      const answer = await grover.send("POST", `/api/communities/${id}/posts`, { token: bob.token, body: form("media", html, type) });
      expect([answer.status, answer.json.code]).toEqual([400, "file_upload_error"]);
      const cover = await grover.send("POST", "/api/communities/create", { token: eve.token, body: form("cover_image", html, type) });
      expect([cover.status, cover.json.code]).toEqual([400, "file_upload_error"]);
    }
    expect((await grover.get(`/api/communities/${id}`, ada.token)).json.post_count).toBe(before);
    expect((await grover.get("/api/communities/mine", eve.token)).json).toEqual([]);
    await grover.send("POST", `/api/communities/${id}/posts`, { token: bob.token, body: form("media", tinyPng, "image/png") });
    for (const path of [`/api/communities/${id}`, `/api/communities/${id}/posts`, "/api/communities/discover", "/api/communities/mine"]) {
      const answer = await grover.get(path, ada.token);
      expect(answer.text, path).not.toMatch(/base64|@example\.com|member_ids|"members":/);
    }
    const [post] = (await grover.get(`/api/communities/${id}/posts`, ada.token)).json;
    expect(post).toMatchObject({ media_type: "image" });
    expect((await fetch(post.media_url)).status).toBe(200);
    await grover.delete(`/api/posts/${post.post_id}`, bob.token);
    expect((await grover.get(`/api/communities/${id}`, ada.token)).json.post_count).toBe(before);
  });
});

describe("a private community", () => {
  it("shows its posts, members and words to nobody else, whatever a member does with them", async () => {
    const id = (await grover.post("/api/communities/create", ada.token, { name: "Hidden", description: "x", is_private: true })).json.community_id;
    const letIn = async (user: User) => {
      await grover.post(`/api/communities/${id}/requests`, user.token);
      expect((await grover.post(`/api/communities/${id}/requests/${user.id}/approve`, ada.token)).status).toBe(200);
    };
    await letIn(bob);
    const secret = (await grover.post(`/api/communities/${id}/posts`, ada.token, { content: "zyzzyva @eve #zyzzyvas" })).json.post_id;
    const shelf = (await grover.post("/api/collections", bob.token, { name: "Shelf", is_public: true, posts: [secret] })).json.collection_id;
    expect((await grover.get(`/api/collections/${shelf}`, bob.token)).json.post_ids).toEqual([secret]);
    const chat = (await grover.post("/api/messages/send-post", bob.token, { receiver_id: eve.id, post_id: secret })).json.conversation_id;
    await grover.post(`/api/posts/${secret}/comments`, bob.token, { content: "zyzzyva, @eve" });
    // Until the index and the notifications have heard of it: a member finds it.
    await soon(async () => (await grover.get("/api/search?q=zyzzyva&type=posts", bob.token)).json.posts.map((post: any) => post.post_id), [secret]);
    const hidden = async (user: User) => {
      for (const path of [`/api/collections/${shelf}`, "/api/collections/public", "/api/search?q=zyzzyva&type=all", "/api/search/posts?q=zyzzyva", "/api/search/hashtags?q=zyzzyvas",
        "/api/search/hashtag/zyzzyvas/posts", "/api/trending/tags", "/api/notifications", "/api/mentions?include_comments=true", `/api/posts?ids=${secret}`, `/api/users/${ada.id}/posts`, "/api/posts/explore", "/api/discover/for-you", "/api/discover/trending",
        "/api/posts/saved", "/api/communities/feed", "/api/communities/discover", ...(chat ? [`/api/conversations/${chat}/messages`] : [])]) {
        const answer = await grover.get(path, user.token);
        expect(answer.status, path).toBeLessThan(500);
        expect(answer.text, path).not.toContain("zyzzyva");
      }
      for (const path of [`/api/posts/${secret}`, `/api/posts/${secret}/comments`, `/api/posts/${secret}/reactions`]) expect((await grover.get(path, user.token)).status, path).toBe(404);
      for (const path of ["", "/members", "/posts"]) expect((await grover.get(`/api/communities/${id}${path}`, user.token)).status, path).toBe(403);
    };
    await hidden(eve);
    // Nor to who was a member, saved it and left.
    const fay = await grover.user("fay");
    await letIn(fay);
    expect((await grover.post(`/api/posts/${secret}/save`, fay.token)).json.saved).toBe(true);
    await grover.post(`/api/communities/${id}/leave`, fay.token);
    await hidden(fay);
  });
});

describe("lists", () => {
  it("carry pictures as links, never inside", async () => {
    const form = new FormData();
    form.append("content", "look");
    form.append("media", new Blob([tinyPng], { type: "image/png" }), "p.png");
    const made = (await grover.send("POST", "/api/posts", { token: ada.token, body: form })).json.post;
    await grover.post(`/api/users/${ada.id}/follow`, bob.token);
    await grover.post(`/api/posts/${made.post_id}/save`, bob.token);
    for (const path of ["/api/posts", "/api/posts/feed", "/api/posts/explore", "/api/posts/saved", `/api/users/${ada.id}/posts`, `/api/users/${ada.id}/media`, "/api/discover/for-you", `/api/posts/${made.post_id}`]) {
      const answer = await grover.get(path, bob.token);
      expect(answer.text, path).toContain(made.post_id);
      expect(answer.text, path).not.toMatch(/base64|data:image/);
      const shown = [answer.json].flat().find((post: any) => post.post_id === made.post_id);
      for (const url of [shown.media_url, shown.thumbnail_url]) expect(url, path).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/media\//);
      expect((await fetch(shown.thumbnail_url)).headers.get("content-type")).toBe("image/jpeg");
    }
  });
});

describe("notifications", () => {
  it("of switched-off kinds are never written, comment likes included", async () => {
    const off = Object.fromEntries(["likes", "comments", "followers", "mentions", "reposts", "messages"].map((kind) => [`notify_${kind}`, false]));
    const quiet = await grover.user("quiet");
    expect((await grover.put("/api/users/me/notification-settings", quiet.token, off)).status).toBe(200);
    const post = await publish(quiet, "Nobody tells me");
    const comment = (await grover.post(`/api/posts/${post.post_id}/comments`, quiet.token, { content: "mine" })).json.comment_id;
    await grover.post(`/api/posts/${post.post_id}/like`, bob.token);
    await grover.post(`/api/comments/${comment}/like`, bob.token);
    await grover.post(`/api/posts/${post.post_id}/comments`, bob.token, { content: "@quiet", parent_comment_id: comment });
    await grover.post(`/api/posts/${post.post_id}/repost`, bob.token);
    await grover.post(`/api/posts/${post.post_id}/share`, bob.token);
    await grover.post(`/api/users/${quiet.id}/follow`, bob.token);
    await publish(bob, "@quiet look");
    await grover.post(`/api/messages/${quiet.id}`, bob.token, { content: "psst" });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await grover.get("/api/notifications", quiet.token)).json).toMatchObject({ notifications: [], total: 0, unread_count: 0 });
  });

  it("leave no private word in the log", async () => {
    const post = await publish(bob, "Ask me");
    await grover.post("/api/push/register", bob.token, { token: "ExponentPushToken[quokkatoken]" });
    const count = async () => (await grover.get("/api/notifications?type_filter=message", bob.token)).json.total + (await grover.get("/api/notifications?type_filter=comment", bob.token)).json.total;
    const before = await count();
    expect((await grover.post("/api/messages/send", eve.token, { receiver_id: bob.id, content: "quokkamessage" })).status).toBe(200);
    expect((await grover.post(`/api/posts/${post.post_id}/comments`, eve.token, { content: "quokkacomment" })).status).toBe(200);
    await soon(count, before + 2);
    await grover.post(`/api/posts/${post.post_id}/comments?content=quokkaquery`, eve.token);
    await grover.restart("SIGTERM");
    expect(grover.log()).toContain("/comments");
    expect(grover.log()).not.toContain("quokka");
  });

  it("of somebody else are never read, marked or learned of", async () => {
    const post = await publish(ada, "For ada");
    await grover.post(`/api/posts/${post.post_id}/comments`, bob.token, { content: "hi" });
    await expect.poll(async () => (await grover.get("/api/notifications", ada.token)).json.notifications[0]?.type, { timeout: 10_000 }).toBe("comment");
    const before = (await grover.get("/api/notifications", ada.token)).json;
    const id = before.notifications[0].notification_id;
    for (const path of [`/api/notifications/${id}/read`, `/api/notifications/mark-read/${id}`]) expect((await grover.post(path, eve.token)).json.detail).toBe("Notification not found");
    expect((await grover.post("/api/notifications/mark-read", eve.token, { notification_ids: [id] })).json.updated).toBe(0);
    expect((await grover.get("/api/notifications?limit=100", eve.token)).text).not.toContain(id);
    expect((await grover.get("/api/notifications", ada.token)).json.unread_count).toBe(before.unread_count);
  });
});
