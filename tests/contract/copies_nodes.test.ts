// Two servers on one PostgreSQL, both with what they show in memory: a change that one has acknowledged is what the other shows.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Postgres } from "./postgres";
import { Grover } from "./server";

describe.skipIf(!Postgres.isPossible)("two nodes that keep copies", () => {
  let postgres: Postgres;
  let here: Grover;
  let there: Grover;
  let ada: { token: string; id: string };
  let bob: { token: string; id: string };

  beforeAll(async () => {
    postgres = new Postgres();
    here = await Grover.start({ DATABASE_URL: postgres.url });
    there = await Grover.start({ DATABASE_URL: postgres.url });
    ada = await here.user("ada");
    bob = await there.user("bob");
    await there.post(`/api/users/${ada.id}/follow`, bob.token);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([here?.stop(), there?.stop()]);
    postgres?.remove();
  });

  const post = async (content: string) => (await here.post("/api/posts", ada.token, { content })).json.post.post_id as string;
  /** What Bob sees on the other node; asked often enough to be in the memory of each of its threads. */
  const seen = async (path: string) => {
    let answer = await there.get(path, bob.token);
    for (let i = 0; i < 8; ++i) answer = await there.get(path, bob.token);
    return answer;
  };
  const feed = async () => (await seen("/api/posts/feed")).json.map((each: { post_id: string }) => each.post_id);

  it("shows a new post, its edits, its counts, and no longer when it is gone", async () => {
    const first = await post("one");
    expect(await feed()).toEqual([first]);
    const second = await post("two");
    expect(await feed()).toEqual([second, first]);
    for (let round = 0; round < 10; ++round) {
      await here.put(`/api/posts/${first}`, ada.token, { content: `edited ${round}` });
      expect((await there.get(`/api/posts/${first}`, bob.token)).json.content).toBe(`edited ${round}`);
      await there.post(`/api/posts/${first}/react`, bob.token, { reaction_type: round % 2 ? "like" : "love" });
      const counted = (await here.get(`/api/posts/${first}`, ada.token)).json;
      expect([counted.likes_count, counted.reactions_count]).toEqual([round % 2, 1]);
      await here.post(`/api/posts/${first}/comments`, ada.token, { content: `${round}` });
      expect((await there.get(`/api/posts/${first}/comments`, bob.token)).json[0].content).toBe(`${round}`);
    }
    await here.delete(`/api/posts/${second}`, ada.token);
    expect((await there.get(`/api/posts/${second}`, bob.token)).status).toBe(404);
    expect(await feed()).toEqual([first]);
  });

  it("hides an account from whom it blocks, and shows it again", async () => {
    const id = await post("for all");
    for (let round = 0; round < 5; ++round) {
      expect((await seen(`/api/users/${ada.id}`)).status).toBe(200);
      expect((await seen(`/api/posts/${id}`)).status).toBe(200);
      await here.post(`/api/users/${bob.id}/block`, ada.token);
      expect((await there.get(`/api/users/${ada.id}`, bob.token)).status).toBe(404);
      expect((await there.get(`/api/posts/${id}`, bob.token)).status).toBe(404);
      expect((await there.get("/api/posts/explore", bob.token)).json).toEqual([]);
      await here.delete(`/api/users/${bob.id}/block`, ada.token);
    }
  });

  it("refuses a session that ended on another node", async () => {
    for (let round = 0; round < 5; ++round) {
      const { session_token } = (await here.post("/api/auth/login", undefined, { email: "bob@example.com", password: "correct horse 9" })).json;
      for (let i = 0; i < 8; ++i) expect((await there.get("/api/auth/me", session_token)).status).toBe(200);
      await here.post("/api/auth/logout", session_token);
      expect((await there.get("/api/auth/me", session_token)).status).toBe(401);
    }
  });

  it("goes on after PostgreSQL crashed, with what is in the tables", async () => {
    const id = await post("before");
    expect((await seen(`/api/posts/${id}`)).json.content).toBe("before");
    postgres.crash();
    postgres.start();
    await expect.poll(async () => (await here.put(`/api/posts/${id}`, ada.token, { content: "after" })).status, { timeout: 30_000 }).toBe(200);
    await expect.poll(async () => (await there.get(`/api/posts/${id}`, bob.token)).status, { timeout: 30_000 }).toBe(200);
    expect((await seen(`/api/posts/${id}`)).json.content).toBe("after");
  });
});
