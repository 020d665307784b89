// Communities and their posts: contract/communities.md.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };
let eve: { token: string; id: string };
let open: string;
let closed: string;

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
  eve = await grover.user("eve");
  open = (await grover.post("/api/communities/create", ada.token, { name: "Open", description: "For all" })).json.community_id;
  closed = (await grover.post("/api/communities/create?name=Closed&description=For%20some&is_private=true", ada.token)).json.community_id;
});
afterAll(() => grover.stop());

describe("founding and finding", () => {
  it("takes JSON, query and form with a cover, and answers with the community", async () => {
    const form = new FormData();
    form.append("name", "Cover");
    form.append("description", "With a picture");
    form.append("category", "Art");
    form.append("cover_image", new Blob([tinyPng], { type: "image/png" }), "c.png");
    const answer = await grover.send("POST", "/api/communities/create", { token: eve.token, body: form });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ message: "Community created", name: "Cover", category: "Art", is_private: false, creator_id: eve.id, owner_id: eve.id, moderator_ids: [eve.id], member_count: 1, post_count: 0, rules: [], is_member: true, is_moderator: true, is_owner: true, request_status: "none" });
    expect((await fetch(answer.json.cover_image)).status).toBe(200);
    expect(answer.text).not.toContain("@example.com");
  });

  it("refuses what is missing, names it, and creates nothing", async () => {
    const before = (await grover.get("/api/communities/mine", bob.token)).json.length;
    for (const init of [
      { body: "[object Object]", headers: { "Content-Type": "application/json" } },
      { body: "[object Object]", headers: { "Content-Type": "text/plain" } },
      { body: "[object Object]", headers: { "Content-Type": "multipart/form-data" } },
      { body: "[object Object]", headers: { "Content-Type": "multipart/form-data; boundary=b" } },
      { body: {} },
      { body: { name: " ", description: " " } },
      { body: { name: "x".repeat(101), description: "y".repeat(10_001) } },
    ]) {
      const answer = await grover.send("POST", "/api/communities/create", { token: bob.token, ...(init as any) });
      expect(answer.status, answer.text).toBe(422);
      const named = answer.json.detail.map((error: any) => error.loc.at(-1));
      expect(named).toContain("name");
      expect(named).toContain("description");
    }
    const script = new FormData();
    script.append("name", "x");
    script.append("description", "y");
    script.append("cover_image", new Blob(["#!/bin/sh"], { type: "image/png" }), "c.png");
    expect((await grover.send("POST", "/api/communities/create", { token: bob.token, body: script })).status).toBe(400);
    // A kind that no cover can have is refused as such, whether the file is whole or not.
    const sound = new FormData();
    sound.append("name", "x");
    sound.append("description", "y");
    sound.append("cover_image", new Blob([Buffer.from("ID3\x04\0\0\0\0\0\0")], { type: "audio/mpeg" }), "c.mp3");
    expect((await grover.send("POST", "/api/communities/create", { token: bob.token, body: sound })).json.detail).toBe("File type not allowed. Allowed types: image/jpeg, image/png, image/gif, image/webp, image/heic, image/heif");
    expect((await grover.get("/api/communities/mine", bob.token)).json).toHaveLength(before);
  });

  it("never takes a static path for a community", async () => {
    for (const path of ["discover", "mine", "feed", "categories"]) {
      const answer = await grover.get(`/api/communities/${path}`, bob.token);
      expect(answer.status, path).toBe(200);
      expect(Array.isArray(answer.json)).toBe(true);
    }
    const listed = (await grover.get("/api/communities/discover", bob.token)).json;
    expect(listed.map((c: any) => c.name).sort()).toEqual(["Cover", "Open"]);
    expect((await grover.get("/api/communities/discover?q=ope", bob.token)).json.map((c: any) => c.name)).toEqual(["Open"]);
    expect((await grover.get("/api/communities/discover?category=art", bob.token)).json.map((c: any) => c.name)).toEqual(["Cover"]);
    expect((await grover.get("/api/communities/discover?sort=odd", bob.token)).status).toBe(422);
    expect((await grover.get("/api/communities/mine?role=owner", ada.token)).json.map((c: any) => c.name).sort()).toEqual(["Closed", "Open"]);
    expect((await grover.get("/api/communities/community_none", bob.token)).json.detail).toBe("Community not found");
    expect((await grover.get("/api/communities/bad%20id", bob.token)).status).toBe(400);
  });
});

describe("members", () => {
  it("joins, twice without counting twice, and leaves", async () => {
    expect((await grover.post(`/api/communities/${open}/join`, bob.token)).json).toEqual({ message: "Joined community", is_member: true, member_count: 2 });
    const all = await Promise.all(Array.from({ length: 10 }, () => grover.post(`/api/communities/${open}/join`, bob.token)));
    expect(new Set(all.map((answer) => answer.json.member_count))).toEqual(new Set([2]));
    expect((await grover.post(`/api/communities/${open}/leave`, bob.token)).json).toEqual({ message: "Left community", is_member: false, member_count: 1 });
    await grover.post(`/api/communities/${open}/join`, bob.token);
    expect((await grover.delete(`/api/communities/${open}/join`, bob.token)).json.is_member).toBe(false);
    expect((await grover.post(`/api/communities/${open}/leave`, ada.token)).json.detail).toBe("Owner cannot leave");
    expect((await grover.post("/api/communities/community_none/join", bob.token)).status).toBe(404);
    await grover.post(`/api/communities/${open}/join`, bob.token);
    expect((await grover.get(`/api/communities/${open}/members`, eve.token)).json.map((m: any) => [m.user.username, m.role])).toEqual([["ada", "owner"], ["bob", "member"]]);
  });

  it("keeps a private community closed until a request is approved", async () => {
    expect((await grover.get(`/api/communities/${closed}`, bob.token)).json.detail).toBe("Private community");
    expect((await grover.post(`/api/communities/${closed}/join`, bob.token)).json.detail).toBe("Private community - request needed");
    expect((await grover.post(`/api/communities/${closed}/requests`, bob.token, { message: "please" })).json.request_status).toBe("pending");
    expect((await grover.get(`/api/communities/${closed}/requests`, bob.token)).status).toBe(403);
    const [request] = (await grover.get(`/api/communities/${closed}/requests`, ada.token)).json;
    expect(request).toMatchObject({ user_id: bob.id, message: "please" });
    expect((await grover.post(`/api/communities/${closed}/requests/${eve.id}/approve`, ada.token)).status).toBe(404);
    expect((await grover.post(`/api/communities/${closed}/requests/${bob.id}/approve`, ada.token)).status).toBe(200);
    expect((await grover.get(`/api/communities/${closed}`, bob.token)).json).toMatchObject({ is_member: true, member_count: 2 });
    await grover.post(`/api/communities/${closed}/requests`, eve.token);
    await grover.post(`/api/communities/${closed}/requests/${eve.id}/decline`, ada.token);
    expect((await grover.post(`/api/communities/${closed}/requests`, eve.token)).status).toBe(400);
  });

  it("invites, bans and changes roles", async () => {
    const kim = await grover.user("kim");
    expect((await grover.post(`/api/communities/${closed}/invites`, ada.token, { user_ids: [kim.id] })).json.invited).toBe(1);
    expect((await grover.post(`/api/communities/${closed}/join`, kim.token)).json.is_member).toBe(true);
    expect((await grover.put(`/api/communities/${closed}/members/${kim.id}`, bob.token, { role: "moderator" })).status).toBe(403);
    expect((await grover.put(`/api/communities/${closed}/members/${kim.id}`, ada.token, { role: "moderator" })).status).toBe(200);
    expect((await grover.put(`/api/communities/${closed}/members/${kim.id}`, ada.token, { role: "king" })).status).toBe(422);
    expect((await grover.delete(`/api/communities/${closed}/members/${ada.id}?ban=true`, kim.token)).status).toBe(403);
    const dan = await grover.user("dan");
    await grover.post(`/api/communities/${open}/join`, dan.token);
    expect((await grover.delete(`/api/communities/${open}/members/${dan.id}?ban=true`, ada.token)).status).toBe(200);
    expect((await grover.post(`/api/communities/${open}/join`, dan.token)).status).toBe(403);
    expect((await grover.get(`/api/communities/${open}`, dan.token)).status).toBe(404);
    expect((await grover.put(`/api/communities/${open}`, bob.token, { name: "Mine" })).status).toBe(403);
    const changed = await grover.put(`/api/communities/${open}`, ada.token, { description: "For everybody", rules: [{ title: "Be kind", description: "" }] });
    expect(changed.json).toMatchObject({ description: "For everybody", rules: [{ title: "Be kind", description: "" }] });
    expect((await grover.put(`/api/communities/${open}`, ada.token, { rules: Array.from({ length: 21 }, () => ({ title: "x", description: "" })) })).status).toBe(422);
  });
});

describe("posts", () => {
  let post: any;

  it("takes a form as clients send it, and a post in a community is a post", async () => {
    const form = new FormData();
    form.append("content", "Look");
    form.append("media_type", "nonsense");
    form.append("community_id", "ignored");
    form.append("media", new Blob([tinyPng], { type: "image/png" }), "p.png");
    const answer = await grover.send("POST", `/api/communities/${open}/posts`, { token: bob.token, body: form });
    expect(answer.status, answer.text).toBe(200);
    post = answer.json;
    expect(post).toMatchObject({ message: "Posted to community", community_id: open, community: { community_id: open, name: "Open", is_private: false }, content: "Look", media_type: "image", likes_count: 0, comments_count: 0, liked: false, is_liked: false, saved: false, is_pinned: false, user_id: bob.id });
    expect(post.post_id).toMatch(/^cpost_/);
    expect((await fetch(post.media_url)).status).toBe(200);
    expect((await grover.get(`/api/communities/${open}`, ada.token)).json.post_count).toBe(1);
    // Whoever may read it may open, like, comment, save, repost and vote as on any other post.
    expect((await grover.get(`/api/posts/${post.post_id}`, eve.token)).json.content).toBe("Look");
    expect((await grover.post(`/api/posts/${post.post_id}/like`, eve.token)).json.likes_count).toBe(1);
    expect((await grover.post(`/api/posts/${post.post_id}/comments`, eve.token, { content: "nice" })).json.comments_count).toBe(1);
    expect((await grover.post(`/api/posts/${post.post_id}/save`, eve.token)).json.saved).toBe(true);
    expect((await grover.get("/api/posts/saved", eve.token)).json.map((p: any) => p.post_id)).toContain(post.post_id);
    const [listed] = (await grover.get(`/api/communities/${open}/posts`, eve.token)).json;
    expect(listed).toEqual((await grover.get(`/api/posts/${post.post_id}`, eve.token)).json);
    for (const path of ["/api/posts", "/api/posts/feed", "/api/posts/explore", "/api/posts/me", `/api/users/${bob.id}/posts`])
      expect((await grover.get(path, bob.token)).text, path).not.toContain(post.post_id);
    expect((await grover.get("/api/communities/feed", bob.token)).json.map((p: any) => p.post_id)).toEqual([post.post_id]);
  });

  it("refuses who is no member, and what is nothing", async () => {
    expect((await grover.post(`/api/communities/${open}/posts`, eve.token, { content: "x" })).json.detail).toBe("Not a member");
    expect((await grover.post(`/api/communities/${open}/posts`, bob.token, {})).status).toBe(422);
    expect((await grover.post(`/api/communities/${open}/posts?content=${"x".repeat(5001)}`, bob.token)).status).toBe(422);
    expect((await grover.post("/api/communities/community_none/posts", bob.token, { content: "x" })).status).toBe(404);
  });

  it("hides a private community's posts from everybody else, on every path", async () => {
    const secret = (await grover.post(`/api/communities/${closed}/posts`, ada.token, { content: "secret @eve" })).json.post_id;
    expect((await grover.get(`/api/posts/${secret}`, bob.token)).status).toBe(200);
    expect((await grover.get(`/api/communities/${closed}/posts`, eve.token)).json.detail).toBe("Private community");
    for (const [method, path] of [["GET", ""], ["POST", "/like"], ["POST", "/save"], ["GET", "/comments"], ["POST", "/comments"], ["GET", "/reactions"], ["POST", "/repost"], ["POST", "/share"], ["GET", "/reposts"]])
      expect((await grover.send(method!, `/api/posts/${secret}${path}`, { token: eve.token, body: method === "POST" ? { content: "x" } : undefined })).status, path).toBe(404);
    expect((await grover.get("/api/mentions", eve.token)).json).toEqual([]);
    expect((await grover.post(`/api/posts/${secret}/repost`, bob.token)).status).toBe(403);
  });

  it("lets moderators pin, and delete posts and comments of others", async () => {
    const other = (await grover.post(`/api/communities/${open}/posts`, bob.token, { content: "second" })).json.post_id;
    expect((await grover.post(`/api/communities/${open}/pins/${post.post_id}`, bob.token)).status).toBe(403);
    expect((await grover.post(`/api/communities/${open}/pins/${post.post_id}`, ada.token)).status).toBe(200);
    expect((await grover.get(`/api/communities/${open}/posts`, bob.token)).json.map((p: any) => [p.post_id, p.is_pinned])).toEqual([[post.post_id, true], [other, false]]);
    expect((await grover.delete(`/api/communities/${open}/pins/${post.post_id}`, ada.token)).status).toBe(200);
    const comment = (await grover.post(`/api/posts/${post.post_id}/comments`, eve.token, { content: "rude" })).json.comment_id;
    const seen = (await grover.get(`/api/posts/${post.post_id}/comments`, ada.token)).json;
    expect(seen.every((c: any) => c.can_delete)).toBe(true);
    expect((await grover.delete(`/api/comments/${comment}`, ada.token)).status).toBe(200);
    expect((await grover.delete(`/api/posts/${post.post_id}`, eve.token)).status).toBe(403);
    expect((await grover.delete(`/api/posts/${post.post_id}`, ada.token)).status).toBe(200);
    expect((await grover.get(`/api/communities/${open}`, ada.token)).json.post_count).toBe(1);
    expect((await fetch(post.media_url)).status).toBe(410);
  });

  it("takes everything along when it is deleted", async () => {
    const [left] = (await grover.get(`/api/communities/${open}/posts`, bob.token)).json;
    expect((await grover.delete(`/api/communities/${open}`, bob.token)).status).toBe(403);
    expect((await grover.delete(`/api/communities/${open}`, ada.token)).json).toEqual({ message: "Community deleted" });
    expect((await grover.get(`/api/communities/${open}`, ada.token)).status).toBe(404);
    expect((await grover.get(`/api/posts/${left.post_id}`, bob.token)).status).toBe(404);
    expect((await grover.get("/api/communities/discover", bob.token)).text).not.toContain(open);
  });
});

it("answers 503 everywhere when communities are switched off", async () => {
  const off = await Grover.start({ ENABLE_COMMUNITIES: "false" });
  try {
    const someone = await off.user("someone");
    for (const [method, path] of [["GET", "/discover"], ["POST", "/create"], ["GET", "/community_x"], ["POST", "/community_x/join"]]) {
      const answer = await off.send(method!, `/api/communities${path}`, { token: someone.token });
      expect([answer.status, answer.json.detail]).toEqual([503, "Communities are disabled"]);
    }
    expect((await off.get("/api/communities/discover")).status).toBe(503);
  } finally {
    await off.stop();
  }
});
