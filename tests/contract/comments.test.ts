// Comments, replies and their likes: contract/comments.md.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };
let eve: { token: string; id: string };
let post: string;

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
  eve = await grover.user("eve");
  post = (await grover.post("/api/posts", ada.token, { content: "Say something" })).json.post_id;
});
afterAll(() => grover.stop());

const comment = async (token: string, body: unknown, id = post) => grover.post(`/api/posts/${id}/comments`, token, body);

describe("writing", () => {
  it("takes JSON, form and query alike", async () => {
    const json = await comment(bob.token, { content: " Hello @ada ", tagged_users: ["@eve"] });
    expect(json.status).toBe(200);
    expect(json.json).toMatchObject({ message: "Comment created", comments_count: 1 });
    const shape = json.json.comment;
    expect(Object.keys(shape).sort()).toEqual(
      ["can_delete", "comment_id", "content", "created_at", "depth", "is_liked", "is_owner", "liked", "likes_count", "parent_comment_id", "post_id",
        "replies_count", "root_comment_id", "tagged_users", "updated_at", "user", "user_id", "user_name", "user_picture"].sort(),
    );
    expect(shape).toMatchObject({ content: "Hello @ada", depth: 0, parent_comment_id: null, root_comment_id: null, tagged_users: [eve.id, ada.id], is_owner: true, can_delete: true });
    expect(json.text).not.toContain("@example.com");
    const query = await grover.post(`/api/posts/${post}/comments?content=by%20query&parent_comment_id=`, bob.token);
    expect(query.json.comment.content).toBe("by query");
    const form = await grover.send("POST", `/api/posts/${post}/comments`, {
      token: bob.token,
      body: `content=by+form&parent_comment_id=${json.json.comment_id}`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    expect(form.json.comment).toMatchObject({ content: "by form", parent_comment_id: json.json.comment_id, root_comment_id: json.json.comment_id, depth: 1 });
    expect(form.json.comments_count).toBe(2);
    expect((await grover.get(`/api/posts/${post}`, ada.token)).json).toMatchObject({ comments_count: 2, comments_total_count: 3 });
  });

  it("refuses what the contract refuses", async () => {
    for (const body of [{}, { content: "   " }, { content: "x".repeat(2001) }, { content: null }, { content: "x", tagged_users: Array.from({ length: 21 }, (_, i) => `n${i}`) }])
      expect((await comment(bob.token, body)).status, JSON.stringify(body).slice(0, 60)).toBe(422);
    expect((await comment(bob.token, { content: "x" }, "bad$id")).status).toBe(400);
    const badParent = await comment(bob.token, { content: "x", parent_comment_id: "bad id" });
    expect([badParent.status, badParent.json.detail]).toEqual([400, "Invalid parent_comment_id format"]);
    expect((await comment(bob.token, { content: "x" }, "post_unknown")).json.detail).toBe("Post not found");
    expect((await comment(bob.token, { content: "x", parent_comment_id: "comment_unknown" })).json.detail).toBe("Comment not found");
    const other = (await grover.post("/api/posts", ada.token, { content: "Other" })).json.post_id;
    const there = (await comment(bob.token, { content: "there" }, other)).json.comment_id;
    expect((await comment(bob.token, { content: "x", parent_comment_id: there })).status).toBe(400);
    expect((await grover.send("POST", `/api/posts/${post}/comments`, { body: { content: "x" } })).status).toBe(401);
  });

  it("repeats the answer to a repeated key and makes one comment", async () => {
    const before = (await grover.get(`/api/posts/${post}/comments`, ada.token)).json.length;
    const send = () => grover.send("POST", `/api/posts/${post}/comments`, { token: eve.token, body: { content: "once" }, headers: { "Idempotency-Key": "one" } });
    const [first, second] = [await send(), await send()];
    expect(second.text).toBe(first.text);
    expect((await grover.get(`/api/posts/${post}/comments`, ada.token)).json).toHaveLength(before + 1);
  });
});

describe("mentions", () => {
  it("in comments are listed on request, beside those in posts, for who may see them", async () => {
    const [fay, gus] = [await grover.user("fay"), await grover.user("gus")];
    const named = (await grover.post("/api/posts", ada.token, { content: "Hello @fay" })).json.post_id;
    const other = (await grover.post("/api/posts", ada.token, { content: "Nothing" })).json.post_id;
    const first = (await comment(bob.token, { content: "@fay look" }, other)).json.comment_id;
    const second = (await comment(gus.token, { content: "here", tagged_users: ["fay"] }, other)).json.comment_id;
    const hidden = (await grover.post("/api/posts", ada.token, { content: "Soon private" })).json.post_id;
    await comment(bob.token, { content: "@fay" }, hidden);
    await grover.put(`/api/posts/${hidden}`, ada.token, { visibility: "private" });
    const list = async (query: string) => {
      const answer = await grover.get(`/api/mentions?${query}`, fay.token);
      return { next: answer.headers.get("x-next-cursor"), all: (answer.json as any[]).map((one) => [one.post_id, one.mention_source, one.comment_id]) };
    };
    const both = [[other, "comment", second], [other, "comment", first], [named, "post", null]];
    expect((await list("")).all).toEqual([[named, undefined, undefined]]);
    expect((await list("include_comments=true")).all).toEqual(both);
    expect((await list("include_comments=true&skip=1")).all).toEqual(both.slice(1));
    const page = await list("include_comments=true&limit=2");
    expect(page.all).toEqual(both.slice(0, 2));
    expect((await list(`include_comments=true&limit=2&cursor=${encodeURIComponent(page.next!)}`)).all).toEqual(both.slice(2));
    await grover.post(`/api/users/${gus.id}/block`, fay.token);
    await grover.delete(`/api/comments/${first}`, bob.token);
    expect((await list("include_comments=true")).all).toEqual([[named, "post", null]]);
    expect((await grover.get("/api/mentions?include_comments=maybe", fay.token)).status).toBe(422);
  });
});

describe("reading", () => {
  it("lists newest first, oldest, top, by cursor, with the same objects everywhere", async () => {
    const id = (await grover.post("/api/posts", ada.token, { content: "Many" })).json.post_id;
    const ids: string[] = [];
    for (let i = 0; i < 7; ++i) ids.push((await comment(i % 2 ? bob.token : eve.token, { content: `c${i}` }, id)).json.comment_id);
    await grover.post(`/api/comments/${ids[2]}/like`, ada.token);
    const list = async (query: string) => (await grover.get(`/api/posts/${id}/comments${query}`, ada.token)).json.map((c: any) => c.comment_id);
    expect(await list("")).toEqual([...ids].reverse());
    expect(await list("?sort=oldest")).toEqual(ids);
    expect((await list("?sort=top"))[0]).toBe(ids[2]);
    expect(await list("?limit=2&skip=1")).toEqual([ids[5], ids[4]]);
    let walked: string[] = [];
    let cursor: string | null = "";
    do {
      const page = await grover.get(`/api/posts/${id}/comments?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, ada.token);
      walked = walked.concat(page.json.map((c: any) => c.comment_id));
      cursor = page.headers.get("x-next-cursor");
    } while (cursor);
    expect(walked).toEqual([...ids].reverse());
    const listed = (await grover.get(`/api/posts/${id}/comments`, ada.token)).json;
    for (const one of listed) expect((await grover.get(`/api/comments/${one.comment_id}`, ada.token)).json).toEqual(one);
    expect((await grover.get(`/api/posts/${id}/comments?sort=funny`, ada.token)).status).toBe(422);
    expect((await grover.get(`/api/posts/${id}/comments?cursor=forged`, ada.token)).status).toBe(400);
    expect((await grover.get("/api/posts/post_unknown/comments", ada.token)).status).toBe(404);
  });

  it("lists replies oldest first, and whatever a block hides is left out", async () => {
    const id = (await grover.post("/api/posts", ada.token, { content: "Talk" })).json.post_id;
    const root = (await comment(ada.token, { content: "root" }, id)).json.comment_id;
    const first = (await comment(bob.token, { content: "1", parent_comment_id: root }, id)).json.comment_id;
    const second = (await comment(eve.token, { content: "2", parent_comment_id: root }, id)).json.comment_id;
    const replies = async (token: string) => (await grover.get(`/api/comments/${root}/replies`, token)).json.map((c: any) => c.comment_id);
    expect(await replies(ada.token)).toEqual([first, second]);
    await grover.post(`/api/users/${eve.id}/block`, bob.token);
    expect(await replies(bob.token)).toEqual([first]);
    expect(await replies(eve.token)).toEqual([second]);
    expect((await comment(bob.token, { content: "x", parent_comment_id: second }, id)).status).toBe(403);
    expect((await grover.post(`/api/comments/${second}/like`, bob.token)).status).toBe(404);
    await grover.delete(`/api/users/${eve.id}/block`, bob.token);
    expect((await grover.get("/api/comments/comment_unknown/replies", ada.token)).json.detail).toBe("Comment not found");
  });
});

describe("liking and deleting", () => {
  it("toggles a like and counts it once", async () => {
    const id = (await comment(bob.token, { content: "like me" })).json.comment_id;
    expect((await grover.post(`/api/comments/${id}/like`, ada.token)).json).toEqual({ message: "Comment liked", liked: true, likes_count: 1 });
    expect((await grover.post(`/api/comments/${id}/like`, ada.token)).json).toEqual({ message: "Comment unliked", liked: false, likes_count: 0 });
    const all = await Promise.all(Array.from({ length: 10 }, () => grover.send("PUT", `/api/comments/${id}/like`, { token: ada.token })));
    expect(new Set(all.map((answer) => answer.json.likes_count))).toEqual(new Set([1]));
    expect((await grover.post("/api/comments/comment_unknown/like", ada.token)).status).toBe(404);
  });

  it("deletes a whole subtree, by its author or the post's, nobody else", async () => {
    const root = (await comment(bob.token, { content: "root" })).json.comment_id;
    const reply = (await comment(eve.token, { content: "reply", parent_comment_id: root })).json.comment_id;
    const before = (await grover.get(`/api/posts/${post}`, ada.token)).json;
    expect((await grover.delete(`/api/comments/${root}`, eve.token)).json.detail).toBe("Not authorized");
    const gone = await grover.delete(`/api/comments/${root}`, ada.token);
    expect(gone.json).toEqual({ message: "Comment deleted", deleted_count: 2, comments_count: before.comments_count - 1 });
    expect((await grover.delete(`/api/comments/${root}`, ada.token)).status).toBe(404);
    expect((await grover.get(`/api/comments/${reply}`, ada.token)).status).toBe(404);
    expect((await grover.get(`/api/posts/${post}`, ada.token)).json.comments_total_count).toBe(before.comments_total_count - 2);
  });

  it("lets nobody in a block with the post's author read, write or like", async () => {
    const id = (await comment(ada.token, { content: "mine" })).json.comment_id;
    await grover.post(`/api/users/${eve.id}/block`, ada.token);
    expect((await comment(eve.token, { content: "x" })).status).toBe(404);
    expect((await grover.get(`/api/posts/${post}/comments`, eve.token)).status).toBe(404);
    expect((await grover.post(`/api/comments/${id}/like`, eve.token)).status).toBe(404);
    await grover.delete(`/api/users/${eve.id}/block`, ada.token);
  });
});
