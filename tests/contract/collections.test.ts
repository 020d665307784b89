// Collections, as clients use them: contract/collections.md.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };
let eve: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = await Promise.all(["ada", "bob", "eve"].map((name) => grover.user(name)));
});
afterAll(() => grover.stop());

const post = async (token: string, fields: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await grover.send("POST", "/api/posts", { token, body: form });
  expect(answer.status).toBe(200);
  return answer.json.post.post_id as string;
};
const ids = (list: any[]) => list.map((item) => item.collection_id);

describe("collections", () => {
  let id: string;
  let first: string;

  it("are made from a body or a query, under both names", async () => {
    first = await post(bob.token, { content: "first" });
    const made = await grover.post("/api/collections", ada.token, { title: "Recipes", description: "", is_public: true, posts: [first, "post_unknown"] });
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({
      message: "Collection created", name: "Recipes", title: "Recipes", description: null, is_public: true, post_count: 1, post_ids: [first],
      followers_count: 0, is_following: false, is_owner: true, cover_url: null, skipped: ["post_unknown"], user: { user_id: ada.id, username: "ada" },
    });
    expect(made.json.user.email).toBeUndefined();
    id = made.json.collection_id;
    expect(id).toMatch(/^collection_/);
    const other = await grover.post("/api/collections?name=Recipes&is_public=false", ada.token);
    expect(other.json).toMatchObject({ name: "Recipes", is_public: false, post_ids: [] });
    for (const body of [{}, { name: "  " }, { name: "x".repeat(101) }]) expect((await grover.post("/api/collections", ada.token, body)).status).toBe(422);
    expect((await grover.post("/api/collections", undefined, { name: "x" })).status).toBe(401);
  });

  it("hold posts in the order of adding, each once", async () => {
    const second = await post(ada.token, { content: "second" });
    const added = await grover.post(`/api/collections/${id}/posts/${second}`, ada.token);
    expect(added.json).toMatchObject({ message: "Post added to collection", post_count: 2 });
    const again = await grover.post(`/api/collections/${id}/posts/${second}`, ada.token);
    expect([again.status, again.json.detail]).toEqual([400, "Post already in collection"]);
    const seen = await grover.get(`/api/collections/${id}`, bob.token);
    expect(seen.json.posts.map((item: any) => item.post_id)).toEqual([second, first]);
    expect(seen.json.posts[0]).toMatchObject({ liked: false, is_liked: false, saved: false, user_reaction: null, user: { user_id: ada.id } });
    expect(seen.json.posts[0].added_at).toBe(added.json.added_at);
    expect((await grover.get(`/api/collections/${id}`, ada.token)).json.posts[1].saved).toBe(true);
    expect((await grover.get(`/api/posts/${first}`, ada.token)).json.in_collection_count).toBe(1);
    const page = await grover.get(`/api/collections/${id}?limit=1`, ada.token);
    expect(page.json.posts).toHaveLength(1);
    const rest = await grover.get(`/api/collections/${id}?limit=1&cursor=${page.headers.get("x-next-cursor")}`, ada.token);
    expect(rest.json.posts[0].post_id).toBe(first);
    expect(rest.json.post_ids).toHaveLength(2);
    const removed = await grover.delete(`/api/collections/${id}/posts/${second}`, ada.token);
    expect(removed.json).toEqual({ message: "Post removed from collection", post_count: 1 });
    expect((await grover.delete(`/api/collections/${id}/posts/${second}`, ada.token)).json.detail).toBe("Post not in collection");
  });

  it("replay the first answer to a repeated key", async () => {
    const other = await post(ada.token, { content: "third" });
    const send = () => grover.send("POST", `/api/collections/${id}/posts/${other}`, { token: ada.token, headers: { "Idempotency-Key": "abc-1" } });
    const answers = [await send(), await send()];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(answers[1].text).toBe(answers[0].text);
  });

  it("refuse in the words of the contract", async () => {
    const errors = async (method: string, path: string, token: string, body?: unknown) => {
      const answer = await grover.send(method, path, { token, body });
      return `${answer.status} ${answer.json.detail}`;
    };
    expect(await errors("GET", "/api/collections/collection_x", ada.token)).toBe("404 Collection not found");
    expect(await errors("GET", "/api/collections/no%20id", ada.token)).toBe("400 Invalid collection_id format");
    expect(await errors("POST", `/api/collections/${id}/posts/${first}`, bob.token)).toBe("403 Not authorized");
    expect(await errors("POST", `/api/collections/${id}/posts/post_x`, ada.token)).toBe("404 Post not found");
    expect(await errors("PUT", `/api/collections/${id}`, bob.token, { name: "his" })).toBe("403 Not authorized");
    expect(await errors("DELETE", `/api/collections/${id}`, bob.token)).toBe("403 Not authorized");
    expect(await errors("POST", `/api/collections/${id}/follow`, ada.token)).toBe("400 Cannot follow your own collection");
    expect((await grover.put(`/api/collections/${id}`, ada.token, { name: " " })).status).toBe(422);
  });

  it("change only in what is sent; null clears", async () => {
    expect((await grover.put(`/api/collections/${id}`, ada.token, { description: "about" })).json).toMatchObject({ message: "Collection updated", description: "about", name: "Recipes" });
    expect((await grover.put(`/api/collections/${id}?name=Kitchen`, ada.token)).json).toMatchObject({ description: "about", title: "Kitchen" });
    expect((await grover.put(`/api/collections/${id}`, ada.token, { description: null })).json).toMatchObject({ description: null, is_public: true });
  });

  it("are listed: own, public, followed, somebody's", async () => {
    const own = await grover.get(`/api/collections?post_id=${first}`, ada.token);
    expect(own.json.map((item: any) => item.contains_post)).toEqual([false, true]);
    expect(ids((await grover.get("/api/collections/public", bob.token)).json)).toEqual([id]);
    expect(ids((await grover.get("/api/collections/public?q=kitch&sort=followers", bob.token)).json)).toEqual([id]);
    expect((await grover.get("/api/collections/public?q=zzz", bob.token)).json).toEqual([]);
    const followed = await grover.post(`/api/collections/${id}/follow`, bob.token);
    expect(followed.json).toEqual({ message: "Collection followed", following: true, followers_count: 1 });
    const list = await grover.get("/api/collections/following", bob.token);
    expect(ids(list.json)).toEqual([id]);
    expect(list.json[0].followed_at).toMatch(/Z$/);
    expect(ids((await grover.get(`/api/users/${ada.id}/collections`, bob.token)).json)).toEqual([id]);
    expect(ids((await grover.get("/api/users/me/collections", ada.token)).json)).toEqual([id]);
    expect((await grover.get("/api/users/user_nobody/collections", bob.token)).status).toBe(404);
    expect((await grover.get("/api/collections/following/feed", bob.token)).json.map((item: any) => item.post_id)).toContain(first);
    expect((await grover.get(`/api/collections/${id}/followers`, ada.token)).json[0].user.user_id).toBe(bob.id);
  });

  it("become private for everybody else, followers too", async () => {
    await grover.put(`/api/collections/${id}`, ada.token, { is_public: false });
    for (const token of [bob.token, eve.token]) {
      const answer = await grover.get(`/api/collections/${id}`, token);
      expect([answer.status, answer.json.detail]).toEqual([403, "Collection is private"]);
    }
    expect((await grover.get("/api/collections/following", bob.token)).json).toEqual([]);
    await grover.put(`/api/collections/${id}`, ada.token, { is_public: true });
    expect(ids((await grover.get("/api/collections/following", bob.token)).json)).toEqual([id]);
    expect((await grover.post(`/api/collections/${id}/follow`, bob.token)).json).toMatchObject({ message: "Collection unfollowed", followers_count: 0 });
  });

  it("do not exist across a block", async () => {
    await grover.post(`/api/users/${eve.id}/block`, ada.token);
    expect((await grover.get(`/api/collections/${id}`, eve.token)).json.detail).toBe("Collection not found");
    expect((await grover.get("/api/collections/public", eve.token)).json).toEqual([]);
  });

  it("stay as they are when the list that would change them is missing", async () => {
    const before = (await grover.get(`/api/collections/${id}`, ada.token)).json.post_ids;
    const path = `/api/collections/${id}`;
    const changes = [["POST", `${path}/posts`], ["DELETE", `${path}/posts`], ["PUT", `${path}/order`], ["PUT", `/api/posts/${first}/collections`]] as const;
    for (const [method, target] of changes) {
      const answer = await grover.send(method, target, { token: ada.token, body: {} });
      expect([target, answer.status]).toEqual([target, 422]);
    }
    expect((await grover.get(path, ada.token)).json.post_ids).toEqual(before);
  });

  it("show the newest picture, and go with their entries", async () => {
    const form = new FormData();
    form.set("content", "picture");
    form.set("media", new Blob([tinyPng], { type: "image/png" }), "a.png");
    const picture = (await grover.send("POST", "/api/posts", { token: ada.token, body: form })).json.post.post_id;
    await grover.post(`/api/collections/${id}/posts/${picture}`, ada.token);
    const cover = (await grover.get(`/api/collections/${id}`, ada.token)).json.cover_url;
    expect((await fetch(cover)).status).toBe(200);
    await grover.delete(`/api/posts/${picture}`, ada.token);
    expect((await grover.get(`/api/collections/${id}`, ada.token)).json.post_ids).not.toContain(picture);
    expect((await grover.delete(`/api/collections/${id}`, ada.token)).json).toEqual({ message: "Collection deleted" });
    expect((await grover.get(`/api/collections/${id}`, ada.token)).status).toBe(404);
    expect((await grover.get(`/api/posts/${first}`, ada.token)).json.in_collection_count).toBe(0);
  });
});
