// Every route of openapi.json as nobody, as a stranger, as a blocked user and as the owner (design.md "Security").
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, document, inputs, type Operation, operations } from "./openapi";
import { type Answer, Grover, tinyPng } from "./server";

let grover: Grover;
let owner: { token: string; id: string };
let stranger: { token: string; id: string };
let blocked: { token: string; id: string };
let own: Record<string, string>; // names of path parameters: the owner's things
const marker = "words for followers only";
const email = "olga@example.com";

// Inputs that make a request reach the decision about who may.
const known: Record<string, unknown> = {
  content: "some text",
  reaction_type: "like",
  option_index: 0,
  collection_ids: [],
  user_ids: "user_nobody",
  reason: "spam",
  username: "olga",
  query: "olga",
  q: "olga",
  to: "0",
};

beforeAll(async () => {
  grover = await Grover.start();
  owner = await grover.user("olga");
  stranger = await grover.user("sam");
  blocked = await grover.user("bea");
  await grover.put("/api/users/me/privacy", owner.token, { is_private: true });
  await grover.post(`/api/users/${blocked.id}/block`, owner.token);
  const post = (await grover.post("/api/posts", owner.token, { content: marker, poll_question: "Which?", poll_options: ["One", "Two"] })).json;
  const comment = (await grover.post(`/api/posts/${post.post_id}/comments`, owner.token, { content: marker })).json;
  const form = new FormData();
  form.set("file", new Blob([tinyPng]), "a.png");
  const medium = (await grover.send("POST", "/api/media/upload", { token: owner.token, body: form })).json;
  const session = (await grover.get("/api/auth/sessions", owner.token)).json.sessions[0];
  const exported = (await grover.post("/api/users/me/export", owner.token)).json;
  own = {
    user_id: owner.id,
    username: "olga",
    post_id: post.post_id,
    comment_id: comment.comment_id ?? comment.comment.comment_id,
    media_id: medium.media_id,
    session_id: session.session_id,
    export_id: exported.export_id,
  };
  known.user_id = owner.id;
  for (const value of Object.values(own)) expect(value).toMatch(/^[a-zA-Z0-9_-]{1,50}$/);
});
afterAll(() => grover.stop());

const is = (operation: Operation, ...names: string[]) => names.includes(`${operation.method} ${operation.path}`);
const isClosed = ({ operation }: Operation) => operation.security?.length === 1;
// They end the walker's own session or account, or change what the next steps stand on.
const endsTheWalk = ({ path }: Operation) => /export\/\{export_id\}\/download|logout|\/users\/me(\/deactivate)?$|auth\/(sessions|password|email|token|refresh)|test-sentry/.test(path);
const writes = ({ method }: Operation) => method !== "GET" && method !== "HEAD";

async function ask(operation: Operation, token?: string): Promise<Answer> {
  const target = at(operation.path, own);
  const { body, query } = inputs(operation, known);
  return grover.send(operation.method, target + query, writes(operation) ? { token, body } : { token });
}

const hidesTheOwner = (answer: Answer, what: string) => {
  expect(answer.text, what).not.toContain(marker);
  expect(answer.text, what).not.toContain(email);
  expect(answer.text, what).not.toContain(own.session_id);
};

// What the owner sees of her own: nobody else's walk may change it.
const state = async () => {
  const read = (path: string) => grover.get(path, owner.token).then((answer) => answer.text);
  return {
    post: await read(`/api/posts/${own.post_id}`),
    comments: await read(`/api/posts/${own.post_id}/comments`),
    me: await read("/api/auth/me"),
    medium: await read(`/api/media/${own.media_id}`),
    followers: await read(`/api/users/${owner.id}/followers`),
    settings: await read("/api/users/me/notification-settings"),
    privacy: await read("/api/users/me/privacy"),
  };
};

describe("every route", () => {
  it("as nobody: 401 before anything else is looked at", async () => {
    const before = await state();
    for (const operation of operations) {
      if (operation.path.includes("{key}")) continue;
      const answer = await ask(operation);
      const what = `${operation.method} ${operation.path}`;
      expect(answer.status, what).toBeLessThan(500);
      if (isClosed(operation)) {
        expect(answer.status, what).toBe(401);
        expect(answer.headers.get("www-authenticate"), what).toBe("Bearer");
      }
      hidesTheOwner(answer, what);
    }
    expect(await state()).toEqual(before);
  });

  it("as a blocked user: what is the owner's does not exist", async () => {
    const before = await state();
    // Blocking back and reporting nothing: who was blocked may still shut the door on the other side.
    const allowed = ["POST /api/users/{user_id}/block", "DELETE /api/users/{user_id}/block", "DELETE /api/users/{user_id}/mute", "DELETE /api/users/me/followers/{user_id}"];
    for (const operation of operations) {
      if (!isClosed(operation) || endsTheWalk(operation)) continue;
      const what = `${operation.method} ${operation.path}`;
      const answer = await ask(operation, blocked.token);
      expect(answer.status, `${what} ${answer.text}`).toBeLessThan(500);
      hidesTheOwner(answer, what);
      if (operation.parameters.length > 0 && operation.parameters.every((name) => name in own) && !is(operation, ...allowed)) {
        expect(answer.status, `${what} ${answer.text}`).toBe(operation.path.includes("/admin/") ? 403 : 404);
      }
      if (operation.method === "GET" && operation.parameters.length === 0 && !answer.text.includes('"blocked_at"')) {
        expect(answer.text, what).not.toContain(owner.id);
      }
    }
    await grover.delete(`/api/users/${owner.id}/block`, blocked.token);
    expect(await state()).toEqual(before);
  });

  it("as a stranger: a private account shows its card and its counts, and nothing else", async () => {
    const before = await state();
    for (const operation of operations) {
      if (!isClosed(operation) || endsTheWalk(operation)) continue;
      // What a stranger may do to anybody.
      if (/users\/\{user_id\}\/(follow|block|mute|report)$/.test(operation.path)) continue;
      const what = `${operation.method} ${operation.path}`;
      const answer = await ask(operation, stranger.token);
      expect(answer.status, `${what} ${answer.text}`).toBeLessThan(500);
      hidesTheOwner(answer, what);
      if (operation.path.includes("/admin/")) expect(answer.status, what).toBe(403);
      if (operation.parameters.some((name) => ["post_id", "comment_id", "media_id", "session_id", "export_id"].includes(name))) {
        expect([403, 404], `${what} ${answer.status} ${answer.text}`).toContain(answer.status);
      }
      if (operation.method === "GET" && /users\/\{user_id\}\/(posts|media|followers|following|collections)$/.test(operation.path)) {
        expect(answer.json, what).toEqual([]);
        expect(answer.headers.get("x-account-private"), what).toBe("true");
      }
    }
    expect(await state()).toEqual(before);
  });

  it("as the owner: it answers, and with a status that it announces", async () => {
    for (const operation of operations) {
      if (operation.method !== "GET" || !isClosed(operation) || operation.path.includes("/admin/")) continue;
      const answer = await ask(operation, owner.token);
      const what = `${operation.method} ${operation.path} ${answer.text.slice(0, 200)}`;
      expect(answer.status, what).toBeLessThan(500);
      if (operation.parameters.every((name) => name in own)) expect(answer.status === 200 || String(answer.status) in operation.operation.responses, what).toBe(true);
    }
  });
});

describe("openapi.json", () => {
  it("is the one that the server gives out", async () => {
    expect((await grover.get("/openapi.json")).json).toEqual(document);
  });

  it("names the errors of each route, and the shape of each answer", () => {
    for (const { path, method, operation } of operations) {
      const what = `${method} ${path}`;
      expect(operation.summary, what).toBeTruthy();
      for (const [status, response] of Object.entries<any>(operation.responses)) expect(response.description, `${what} ${status}`).toBeTruthy();
    }
  });
});
