// Categories, trends and recommendations, as clients use them: contract/discovery.md §3 to §5.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };
let eve: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = await Promise.all(["ada", "bob", "eve"].map((name) => grover.user(name)));
});
afterAll(() => grover.stop());

const post = async (token: string, content: string, category?: string) => {
  const answer = await grover.post("/api/posts", token, { content, ...(category ? { category } : {}) });
  expect(answer.status).toBe(200);
  return answer.json.post;
};
const ids = (list: any[]) => list.map((item) => item.post_id);
// Ranks follow the commit by some milliseconds.
const soon = async (check: () => Promise<void>) => {
  for (let attempt = 0; ; ++attempt) {
    try {
      return await check();
    } catch (error) {
      if (attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

describe("categories", () => {
  it("are ten, and hold the posts that belong to them", async () => {
    const made = await post(ada.token, "my new #guitar");
    const own = await post(ada.token, "plain", "art");
    expect([made.category, own.category]).toEqual([null, "art"]);
    const list = await grover.get("/api/categories", ada.token);
    expect(list.json).toHaveLength(10);
    expect(list.json[0]).toMatchObject({ id: "music", category_id: "music", name: "Music", icon: "musical-notes", color: "#E91E63", emoji: "🎵" });
    expect(list.headers.get("cache-control")).toBe("private, max-age=60");
    await soon(async () => expect((await grover.get("/api/categories", ada.token)).json[0].post_count).toBe(1));
    expect(ids((await grover.get("/api/categories/music/posts", bob.token)).json)).toEqual([made.post_id]);
    expect(ids((await grover.get("/api/categories/art/posts?sort=popular", bob.token)).json)).toEqual([own.post_id]);
    expect((await grover.put(`/api/posts/${own.post_id}`, ada.token, { category: "food" })).json.post.category).toBe("food");
    expect((await grover.get("/api/categories/art/posts", bob.token)).json).toEqual([]);
    const unknown = await grover.get("/api/categories/cars/posts", bob.token);
    expect([unknown.status, unknown.json.detail]).toEqual([404, "Category not found"]);
    expect((await grover.get("/api/categories/art/posts?sort=best", bob.token)).status).toBe(422);
    expect((await grover.post("/api/posts", ada.token, { content: "x", category: "cars" })).status).toBe(422);
    expect((await grover.get("/api/categories")).status).toBe(401);
  });
});

describe("discovery", () => {
  it("shows what is trending", async () => {
    const liked = await post(ada.token, "liked");
    await grover.post(`/api/posts/${liked.post_id}/like`, bob.token);
    await grover.post(`/api/users/${ada.id}/follow`, bob.token);
    await soon(async () => {
      const answer = await grover.get("/api/discover/trending", bob.token);
      expect(answer.json.trending_posts[0]).toMatchObject({ post_id: liked.post_id, liked: true, user: { user_id: ada.id } });
      expect(answer.json.window).toBe("24h");
      expect(answer.json.rising_creators[0]).toMatchObject({ username: "ada", followers_count: 1, follower_count: 1, followers_gained: 1, is_following: true });
      expect(Array.isArray(answer.json.trending_tags)).toBe(true);
    });
    await soon(async () => {
      const creators = await grover.get("/api/trending/creators?limit=1", eve.token);
      expect(creators.json).toHaveLength(1);
      expect(creators.json[0]).toMatchObject({ user_id: ada.id, total_likes: 1, is_following: false, bio: "" });
      expect(creators.json[0].engagement_score).toBe(creators.json[0].total_likes + 2 * creators.json[0].total_comments + 3 * creators.json[0].post_count);
    });
  });

  it("recommends every post once, page after page", async () => {
    for (let i = 0; i < 8; ++i) await post(i % 2 ? ada.token : bob.token, `post ${i}`);
    const got: string[] = [];
    let path = "/api/discover/for-you?limit=4";
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await grover.get(path + (cursor ? `&cursor=${cursor}` : ""), eve.token);
      expect(page.status).toBe(200);
      expect(page.json.length).toBeLessThanOrEqual(4);
      for (const item of page.json) expect([true, false]).toContain(item.liked);
      got.push(...ids(page.json));
      cursor = page.headers.get("x-next-cursor") || null;
    }
    expect(new Set(got).size).toBe(got.length);
    expect(got).toHaveLength(11);
    expect((await grover.get("/api/discover/for-you?limit=5000", eve.token)).json.length).toBeLessThanOrEqual(50);
    expect((await grover.get("/api/discover/for-you?cursor=nonsense", eve.token)).status).toBe(400);
    expect((await grover.get("/api/discover/for-you")).status).toBe(401);
  });

  it("suggests people, and forgets who was dismissed", async () => {
    await grover.post(`/api/users/${bob.id}/follow`, eve.token);
    const suggested = await grover.get("/api/discover/suggested-users", eve.token);
    expect(suggested.json[0]).toMatchObject({ user_id: ada.id, mutual_followers: 1, reason: "mutual", is_following: false, followers_count: 1 });
    expect((await grover.post(`/api/discover/suggested-users/${ada.id}/dismiss`, eve.token)).json).toEqual({ message: "Dismissed" });
    const after = await grover.get("/api/discover/suggested-users", eve.token);
    expect(after.json.map((user: any) => user.user_id)).not.toContain(ada.id);
  });

  it("listens to readers", async () => {
    const [item] = (await grover.get("/api/discover/for-you?limit=1", eve.token)).json;
    expect((await grover.post("/api/discover/feedback", eve.token, { post_id: item.post_id, action: "not_interested" })).json).toEqual({ message: "Thanks for the feedback" });
    expect(ids((await grover.get("/api/discover/for-you?limit=50", eve.token)).json)).not.toContain(item.post_id);
    expect((await grover.post("/api/discover/feedback", eve.token, { action: "more" })).status).toBe(422);
    expect((await grover.post("/api/discover/feedback", eve.token, { post_id: item.post_id, action: "boo" })).status).toBe(422);
    expect((await grover.post("/api/discover/seen", eve.token, { post_ids: [item.post_id] })).json).toEqual({ recorded: 1 });
    const a = await post(ada.token, "#chess"), b = await post(bob.token, "more #chess");
    expect(ids((await grover.get(`/api/posts/${a.post_id}/similar`, eve.token)).json)).toContain(b.post_id);
  });

  it("keeps its ranks over a crash", async () => {
    const before = (await grover.get("/api/trending/creators", bob.token)).json;
    await grover.restart("SIGKILL");
    await soon(async () => expect((await grover.get("/api/trending/creators", bob.token)).json.length).toBeGreaterThanOrEqual(before.length));
    expect(ids((await grover.get("/api/discover/trending", bob.token)).json.trending_posts).length).toBe(10);
  });
});
