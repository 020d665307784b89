// Search, hashtags and trending tags (contract/discovery.md §1, §2), through the real binary and its events.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
});
afterAll(() => grover.stop());

const publish = async (who: { token: string }, content: string, more: object = {}) =>
  (await grover.post("/api/posts", who.token, { content, ...more })).json.post;
const search = async (who: { token: string }, query: string) => (await grover.get(`/api/search?${query}`, who.token)).json;
const found = async (who: { token: string }, q: string) =>
  (await search(who, `type=posts&q=${encodeURIComponent(q)}`)).posts.map((post: any) => post.content);

// "Findable within 1 s": asks until it is so.
async function soon(ask: () => Promise<unknown>, expected: unknown): Promise<void> {
  const until = Date.now() + 1_000;
  let last: unknown;
  do {
    last = await ask();
    if (JSON.stringify(last) === JSON.stringify(expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (Date.now() < until);
  expect(last).toEqual(expected);
}

describe("GET /search", () => {
  let post: any;

  it("finds a new post within a second, with its hashtag and its author", async () => {
    post = await publish(ada, "Café by the #harbour");
    await soon(() => found(bob, "cafe harb"), ["Café by the #harbour"]);
    const answer = await search(bob, "q=harbour");
    expect(answer).toMatchObject({ users: [], products: [], communities: [], streams: [], suggestion: null, total: { posts: 1, users: 0, hashtags: 1 } });
    expect(answer.posts[0]).toMatchObject({ post_id: post.post_id, user: { username: "ada" }, liked: false, saved: false, reposted: false });
    expect(answer.hashtags).toEqual([{ tag: "#harbour", name: "harbour", post_count: 1 }]);
    expect(answer.took_ms).toBeGreaterThanOrEqual(0);
    const [user] = (await search(bob, "q=ada&type=users")).users;
    expect(user).toMatchObject({ user_id: ada.id, username: "ada", bio: "", followers_count: 0, follower_count: 0, is_following: false });
    expect(JSON.stringify(user)).not.toContain("example.com");
  });

  it("corrects a typo and says so", async () => {
    const answer = await search(bob, "q=harbuor");
    expect(answer.posts).toHaveLength(1);
    expect(answer.suggestion).toBe("harbour");
  });

  it("follows edits, privacy and deletion", async () => {
    await grover.put(`/api/posts/${post.post_id}`, ada.token, { content: "A lighthouse" });
    await soon(() => found(bob, "lighthouse"), ["A lighthouse"]);
    expect(await found(bob, "harbour")).toEqual([]);
    await grover.put("/api/users/me", ada.token, { is_private: true });
    expect(await found(bob, "lighthouse")).toEqual([]);
    await soon(async () => (await search(bob, "q=lighthouse")).total.posts, 0);
    await grover.put("/api/users/me", ada.token, { is_private: false });
    await soon(() => found(bob, "lighthouse"), ["A lighthouse"]);
    await grover.post(`/api/users/${bob.id}/block`, ada.token);
    expect(await found(bob, "lighthouse")).toEqual([]);
    expect((await search(bob, "q=ada&type=users")).users).toEqual([]);
    await grover.delete(`/api/users/${bob.id}/block`, ada.token);
    await grover.delete(`/api/posts/${post.post_id}`, ada.token);
    expect((await search(ada, "q=lighthouse")).posts).toEqual([]);
  });

  it("pages by cursor, and filters", async () => {
    for (let i = 0; i < 5; ++i) await publish(ada, `paged ${i}`);
    await soon(async () => (await search(bob, "q=paged&type=posts")).total.posts, 5);
    const first = await grover.get("/api/search?q=paged&type=posts&limit=3&sort=recent", bob.token);
    expect(first.json.posts.map((item: any) => item.content)).toEqual(["paged 4", "paged 3", "paged 2"]);
    const cursor = encodeURIComponent(first.headers.get("x-next-cursor")!);
    const second = await grover.get(`/api/search?q=paged&type=posts&limit=3&sort=recent&cursor=${cursor}`, bob.token);
    expect(second.json.posts.map((item: any) => item.content)).toEqual(["paged 1", "paged 0"]);
    expect(second.headers.get("x-next-cursor")).toBeNull();
    expect((await grover.get(`/api/search?q=paged&cursor=${cursor}`, bob.token)).status).toBe(422);
    expect((await grover.get("/api/search?q=paged&type=posts&cursor=forged", bob.token)).status).toBe(400);
    expect((await search(bob, `user_id=${ada.id}&type=posts`)).posts).toHaveLength(5);
    expect((await search(bob, "min_likes=1&type=posts")).posts).toEqual([]);
    expect((await search(bob, "q=paged&type=posts&limit=1000")).posts).toHaveLength(5);
  });

  it("refuses what it cannot read", async () => {
    for (const query of ["", "q=", `q=${"x".repeat(101)}`, "q=a&type=nonsense", "q=a&sort=best", "from_date=yesterday", "min_likes=-1", "min_likes=many", "media_type=text", "has_poll=maybe", "category=none"])
      expect((await grover.get(`/api/search?${query}`, bob.token)).status, query).toBe(422);
    expect((await grover.get("/api/search?q=a&user_id=!", bob.token)).status).toBe(400);
    expect((await grover.get("/api/search?q=a")).status).toBe(401);
  });

  it("takes anything else for text", async () => {
    for (const q of [".*", "%", "'; DROP TABLE posts; --", '"', '"a', "NEAR(a b)", "-", "#", "@", "from:", "*".repeat(100), "a\u0000b", "((((", "\\", "🎵", "%F0%9F%8E%B5"])
      expect((await grover.get(`/api/search?q=${encodeURIComponent(q)}`, bob.token)).status, q).toBe(200);
    expect((await grover.get("/api/search?q=%FF%FE", bob.token)).status).toBe(422);
    for (const wild of ["*", "%", "_", "?", "\u0000", "'", '"'])
      expect((await grover.get(`/api/search?q=${encodeURIComponent(wild.repeat(10_000))}`, bob.token)).status, wild).toBeGreaterThanOrEqual(400);
    expect((await grover.get("/api/health")).status).toBe(200);
  });
});

describe("communities", () => {
  it("that are public are found by their words when they are asked for, most members first", async () => {
    const found = async (name: string, more = {}) => (await grover.post("/api/communities/create", ada.token, { name, description: "About growing things", ...more })).json.community_id;
    const [roses, tulips] = [await found("Rose gardeners"), await found("Tulip gardeners")];
    await found("Secret gardeners", { is_private: true });
    await grover.post(`/api/communities/${tulips}/join`, bob.token);
    const answer = await search(bob, "q=gardeners&type=communities");
    expect(answer.communities.map((one: any) => [one.community_id, one.member_count, one.is_member])).toEqual([[tulips, 2, true], [roses, 1, false]]);
    expect([answer.total.communities, answer.posts, answer.users]).toEqual([2, [], []]);
    expect((await search(bob, "q=gardeners")).communities).toEqual([]);
    expect((await search(bob, "q=gardeners&type=posts,communities")).communities).toHaveLength(2);
    const first = await grover.get("/api/search?q=gardeners&type=communities&limit=1", bob.token);
    expect(first.json.communities.map((one: any) => one.community_id)).toEqual([tulips]);
    const next = `/api/search?q=gardeners&type=communities&limit=1&cursor=${encodeURIComponent(first.headers.get("x-next-cursor")!)}`;
    expect((await grover.get(next, bob.token)).json.communities.map((one: any) => one.community_id)).toEqual([roses]);
    expect((await search(bob, "q=gardeners&type=communities&skip=1")).communities.map((one: any) => one.community_id)).toEqual([roses]);
    expect(JSON.stringify(answer)).not.toContain("example.com");
  });
});

describe("people", () => {
  it("are found by name, an exact username first, with what one is to the other", async () => {
    await grover.user("adam");
    await grover.post(`/api/users/${ada.id}/follow`, bob.token);
    await soon(async () => (await grover.get("/api/search/users?q=ada", bob.token)).json.map((user: any) => user.username), ["ada", "adam"]);
    const [user] = (await grover.get("/api/search/users?q=@ada", bob.token)).json;
    expect(user).toMatchObject({ is_following: true, follows_you: false, mutual_followers: 0, followers_count: 1 });
    expect((await grover.get("/api/search/users", bob.token)).status).toBe(422);
    expect((await grover.get("/api/search/users?q=ada")).status).toBe(401);
  });
});

describe("hashtags", () => {
  it("are counted, found by their beginning, and hold exactly their posts", async () => {
    await publish(ada, "one #Art");
    await publish(bob, "two #art #artist");
    await soon(
      async () => (await grover.get("/api/search/hashtags?q=%23AR", bob.token)).json,
      [
        { tag: "#art", name: "art", post_count: 2 },
        { tag: "#artist", name: "artist", post_count: 1 },
      ],
    );
    const posts = await grover.get("/api/search/hashtag/%23Art/posts", bob.token);
    expect(posts.json.map((post: any) => post.content)).toEqual(["two #art #artist", "one #Art"]);
    expect((await grover.get("/api/search/hashtag/unused/posts", bob.token)).json).toEqual([]);
    expect(await grover.get("/api/search/hashtag/%21/posts", bob.token)).toMatchObject({ status: 400, json: { detail: "Invalid hashtag format" } });
    expect((await grover.get("/api/search/hashtags", bob.token)).status).toBe(422);
    expect((await grover.get("/api/search/hashtag/art/posts")).status).toBe(401);
  });

  it("trend by twice their posts plus their likes", async () => {
    const [post] = (await grover.get("/api/search/hashtag/artist/posts", bob.token)).json;
    await grover.post(`/api/posts/${post.post_id}/react`, ada.token, { reaction_type: "like" });
    const tags = async () => (await grover.get("/api/trending/tags?limit=2", bob.token)).json;
    await soon(tags, [
      { tag: "#art", name: "art", post_count: 2, total_likes: 1, trending_score: 5, change: null },
      { tag: "#artist", name: "artist", post_count: 1, total_likes: 1, trending_score: 3, change: null },
    ]);
    expect((await grover.get("/api/search/hashtags?q=%23", bob.token)).json[0]).toEqual({ tag: "#art", name: "art", post_count: 2 });
    for (const path of ["/api/trending/tags?limit=1", "/api/search?type=hashtags&q=art&limit=1"]) {
      const first = await grover.get(path, bob.token);
      const second = await grover.get(`${path}&cursor=${encodeURIComponent(first.headers.get("x-next-cursor")!)}`, bob.token);
      expect([second.status, second.headers.get("x-next-cursor")], path).toEqual([200, null]);
      expect((await grover.get(`${path}&skip=1`, bob.token)).json.hashtags ?? second.json, path).toEqual(second.json.hashtags ?? second.json);
      expect((second.json.hashtags ?? second.json).map((item: any) => item.tag), path).toEqual(["#artist"]);
    }
    expect((await grover.get("/api/trending/tags?window=1h", bob.token)).status).toBe(422);
    expect((await grover.get("/api/trending/tags?limit=0", bob.token)).json).toHaveLength(1);
    expect((await grover.get("/api/trending/tags")).status).toBe(401);
  });

  it("are counted again after a restart", async () => {
    await grover.restart("SIGKILL");
    await soon(async () => (await grover.get("/api/search/hashtags?q=artist", bob.token)).json, [{ tag: "#artist", name: "artist", post_count: 1 }]);
    await soon(() => found(bob, "artist"), ["two #art #artist"]);
  });
});
