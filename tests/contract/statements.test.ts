// What a page costs the store: no list asks PostgreSQL more than four times, however long it is, and request lines say so.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, operations } from "./openapi";
import { Postgres } from "./postgres";
import { Grover, tinyPng } from "./server";

const ceilings: Record<string, Record<string, number>> = {
  // Here a statement is no round trip: what PostgreSQL is asked together is asked one by one.
  sqlite: { "/api/discover/for-you": 16, "/api/discover/suggested-users": 16, "/api/posts/{post_id}/similar": 16 },
  // Four, and who asks when that copy has just become too old.
  postgres: { "/api/discover/for-you": 5 },
  "postgres without copies": {},
};

describe.each(["sqlite", "postgres", "postgres without copies"])("lists on %s", (store) => {
  const [engine] = store.split(" ");
  const isCached = store === engine;
  const isPossible = engine === "sqlite" || Postgres.isPossible;
  let postgres: Postgres | undefined;
  let grover: Grover;
  let ada: { token: string; id: string };
  const own: Record<string, string> = {};

  beforeAll(async () => {
    if (!isPossible) return;
    if (engine === "postgres") postgres = new Postgres();
    grover = await Grover.start({ DATABASE_URL: postgres?.url ?? "", LOG_LEVEL: "INFO", WORKER_THREADS: "1", ...(isCached ? {} : { CACHE_MAX_BYTES: "0" }) });
    ada = await grover.user("ada");
    const others = [await grover.user("bob"), await grover.user("cyd"), await grover.user("dan")];
    for (const other of others) {
      await grover.post(`/api/users/${other.id}/follow`, ada.token);
      await grover.post(`/api/users/${ada.id}/follow`, other.token);
      for (let i = 0; i < 3; ++i) {
        const form = new FormData();
        form.set("content", `${i} @ada`);
        form.set("media", new Blob([tinyPng]), "a.png");
        const post = (await grover.send("POST", "/api/posts", { token: other.token, body: form })).json.post_id;
        own.post_id = post;
        await grover.post(`/api/posts/${post}/repost`, ada.token);
        await grover.post(`/api/posts/${post}/save`, ada.token);
        for (const reader of others) {
          await grover.post(`/api/posts/${post}/like`, reader.token);
          const comment = (await grover.post(`/api/posts/${post}/comments`, reader.token, { content: "hello" })).json;
          own.comment_id = comment.comment_id ?? comment.comment.comment_id;
        }
      }
    }
    own.user_id = others[0].id;
  }, 120_000);
  afterAll(async () => {
    await grover?.stop();
    postgres?.remove();
  });

  it.skipIf(!isPossible)("asks at most four times for any page", async () => {
    const lists: string[] = [];
    for (const operation of operations) {
      if (operation.method !== "GET" || operation.operation.security?.length !== 1 || operation.path.includes("/admin/")) continue;
      if (!operation.parameters.every((name) => name in own)) continue;
      const answer = await grover.get(at(operation.path, own), ada.token);
      if (answer.status === 200 && Array.isArray(answer.json)) lists.push(operation.path);
    }
    expect(lists).toContain("/api/posts/feed");
    await grover.restart("SIGTERM");
    const lines = grover
      .log()
      .split("\n")
      .filter((line) => line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line))
      .filter((line) => line.method === "GET" && lists.includes(line.route));
    expect(lines.length).toBeGreaterThanOrEqual(lists.length);
    const asked = new Map<string, number>();
    for (const line of lines) asked.set(line.route, line.db_calls);
    expect([...asked].filter(([route, calls]) => calls > (ceilings[store][route] ?? 4))).toEqual([]);
    expect(lines.some((line) => line.db_ms > 0)).toBe(true);
  }, 120_000);
});
