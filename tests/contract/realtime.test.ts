// Real time on one node: who a socket is, what it may do, and when that ends (contract/realtime.md).
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectInTime } from "./in_time";
import { Grover } from "./server";
import { authorized, Client, cookieOf, type Options } from "./sockets";

let grover: Grover;
let ada: { token: string; id: string; cookie: string };
let bob: { token: string; id: string; cookie: string };
const open: Client[] = [];
const sids = new Set<string>(); // of every session that was opened, and of every socket on them

async function account(name: string) {
  const answer = await grover.post("/api/auth/register", undefined, { email: `${name}@example.com`, password: "correct horse 9", name, username: name });
  return { token: answer.json.session_token as string, id: answer.json.user_id as string, cookie: cookieOf(answer.headers) };
}

async function login(name: string) {
  const answer = await grover.post("/api/auth/login", undefined, { email: `${name}@example.com`, password: "correct horse 9" });
  return { token: answer.json.session_token as string, id: answer.json.user_id as string, cookie: cookieOf(answer.headers) };
}

async function connect(options: Options = {}): Promise<Client> {
  const client = await Client.connect(grover.url, options);
  open.push(client);
  sids.add(client.socket.id!).add(client.socket.io.engine.id);
  return client;
}

const post = async (token: string, body: object = { content: "Hello" }) => (await grover.post("/api/posts", token, body)).json.post.post_id as string;

beforeAll(async () => {
  grover = await Grover.start();
  ada = await account("ada");
  bob = await account("bob");
});
afterAll(() => grover.stop());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

describe("identity", () => {
  it("is what a session token, a ticket, a header or a query parameter prove", async () => {
    const ticket = (await grover.post("/api/auth/socket-ticket", ada.token)).json.ticket;
    const ways: Options[] = [
      { auth: { token: ada.token } },
      { auth: { token: `Bearer ${ada.token}` } },
      { auth: { session_token: ada.token } },
      { auth: { ticket } },
      { extraHeaders: { Authorization: `Bearer ${ada.token}` } },
      { query: { token: ada.token } },
      { auth: { token: ada.token, userId: bob.id } },
      { extraHeaders: { Cookie: ada.cookie } },
      { extraHeaders: { Cookie: `x=y; ${ada.cookie}` }, auth: { userId: ada.id } },
      { extraHeaders: { Cookie: ada.cookie }, transports: ["polling"] },
      { auth: { token: ada.token }, transports: ["polling", "websocket"] },
    ];
    for (const way of ways) {
      const ready = await (await connect(way)).next("ready");
      expect(ready, JSON.stringify(way)).toMatchObject({ user_id: ada.id, userId: ada.id, guest: false, recovered: false });
      expect(ready.session_id).toMatch(/^sess_/);
    }
    await expect(connect({ auth: { ticket } })).rejects.toMatchObject({ message: "Not authenticated", data: { status: 401 } });
  });

  it("refuses a credential that is given and invalid", async () => {
    for (const way of [
      { auth: { token: "gst_nonsense" } },
      { extraHeaders: { Authorization: "Bearer gst_nonsense" } },
      { query: { ticket: "gtk_nonsense" } },
      // A ticket is no header credential, a cookie no token.
      { extraHeaders: { Authorization: `Bearer ${(await grover.post("/api/auth/socket-ticket", ada.token)).json.ticket}` } },
      { auth: { token: ada.cookie.split("=")[1] } },
    ]) {
      await expect(connect(way), JSON.stringify(way)).rejects.toMatchObject({ message: "Not authenticated", data: { status: 401 } });
    }
  });

  it("is nobody's for a client that only names a user, which sees no error", async () => {
    for (const auth of [{ userId: ada.id }, { user_id: ada.id }, {}, { token: "" }, { token: null }]) {
      const client = await connect({ auth });
      expect(await client.next("ready")).toMatchObject({ user_id: null, session_id: null, guest: true });
      await client.settled();
      expect(client.take("error")).toEqual([]);
    }
  });

  it("does not count a cookie from a foreign origin, nor that of another account", async () => {
    const guest = async (options: Options) => (await (await connect(options)).next("ready")).guest;
    expect(await guest({ extraHeaders: { Cookie: ada.cookie, Origin: "https://evil.example" } })).toBe(true);
    expect(await guest({ extraHeaders: { Cookie: ada.cookie, Origin: "null" } })).toBe(true);
    expect(await guest({ extraHeaders: { Cookie: ada.cookie }, auth: { userId: bob.id } })).toBe(true);
    expect(await guest({ extraHeaders: { Cookie: "grover_rt=nonsense" } })).toBe(true);
    expect(await guest({ extraHeaders: { Cookie: ada.cookie, Origin: grover.url } })).toBe(false);
  });

  it("comes later with authenticate, once", async () => {
    const client = await connect();
    await client.next("ready");
    expect(await client.ask("authenticate", { token: "gst_nonsense" })).toMatchObject({ ok: false, error: "unauthenticated", status: 401 });
    expect(await client.ask("authenticate", { token: ada.token })).toEqual({ ok: true, user_id: ada.id, userId: ada.id });
    expect(await client.next("ready")).toMatchObject({ user_id: ada.id, guest: false });
    expect(await client.ask("authenticate", { token: bob.token })).toMatchObject({ ok: false, status: 409 });
    expect(await client.ask("authenticate", { token: ada.token })).toMatchObject({ ok: true, user_id: ada.id });
  });

  it("opens no HTTP endpoint with the cookie", async () => {
    expect((await grover.send("GET", "/api/auth/me", { headers: { Cookie: ada.cookie } })).status).toBe(401);
  });
});

describe("guests", () => {
  it("have no effect, and are told so now and then", async () => {
    const id = await post(ada.token);
    const guest = await connect({ auth: { userId: ada.id } });
    expect(await guest.ask("post:watch", { post_id: id, user_id: ada.id })).toEqual({ ok: false, error: "unauthenticated", detail: "Not authenticated", status: 401 });
    for (let i = 0; i < 5; ++i) guest.socket.emit("post:watch", { post_id: id });
    expect(await guest.next("error")).toMatchObject({ detail: "Not authenticated", event: "post:watch", status: 401, code: "unauthenticated" });
    await guest.settled();
    expect(guest.take("error")).toEqual([]);
    await grover.post(`/api/posts/${id}/like`, bob.token);
    const watcher = await connect(authorized(bob.token));
    await watcher.ask("post:watch", { post_id: id });
    await grover.delete(`/api/posts/${id}/like`, bob.token);
    await watcher.next("post:reaction");
    await guest.settled();
    expect(guest.take("post:reaction")).toEqual([]);
  });

  it("are at most 20 of one address: another takes the place of the oldest", async () => {
    const guests: Client[] = [];
    for (let i = 0; i < 20; ++i) guests.push(await connect());
    const gone = guests[0].disconnected();
    guests.push(await connect());
    expect(await gone).toMatch(/transport|close/);
    expect(guests.slice(1).every((guest) => guest.socket.connected)).toBe(true);
  });
});

describe("events", () => {
  it("are acked as they end, and failures come as error without an ack", async () => {
    const client = await connect(authorized(ada.token));
    expect(await client.ask("no:such", {})).toMatchObject({ ok: false, error: "unknown_event" });
    expect(await client.ask("constructor", {})).toMatchObject({ error: "unknown_event" });
    expect(await client.ask("post:watch", {})).toMatchObject({ ok: false, error: "invalid", status: 422 });
    expect(await client.ask("post:watch", [1])).toMatchObject({ ok: false, error: "invalid" });
    expect(await client.ask("post:watch", { post_id: { $gt: "" } })).toMatchObject({ ok: false, error: "invalid" });
    expect(await client.ask("post:watch", { post_id: "post_unknown" })).toMatchObject({ ok: false, error: "not_found", status: 404 });
    expect(await client.ask("post:watch", { post_id: "x".repeat(70_000) })).toMatchObject({ ok: false, error: "invalid" });
    expect(await client.ask("post:watch", { post_id: "post_1", file: Buffer.from("x") })).toMatchObject({ ok: false, error: "invalid" });
    expect(await client.ask("ping", { any: 1 })).toMatchObject({ ok: true });
    client.socket.emit("post:watch", { post_id: "post_unknown", client_message_id: "c1" });
    expect(await client.next("error")).toEqual({ detail: "Post not found", event: "post:watch", status: 404, code: "not_found", client_message_id: "c1" });
  });

  it("carry the post that is watched, to those who watch and nobody else", async () => {
    const id = await post(ada.token);
    const watcher = await connect(authorized(bob.token));
    const other = await connect(authorized(bob.token));
    expect(await watcher.ask("post:watch", { postId: id })).toMatchObject({ ok: true, post_id: id, postId: id });

    await grover.post(`/api/posts/${id}/react`, ada.token, { reaction_type: "🔥" });
    expect(await watcher.next("post:reaction")).toMatchObject({ post_id: id, postId: id, reaction_counts: { "🔥": 1 }, reactions_count: 1 });
    const comment = (await grover.post(`/api/posts/${id}/comments`, ada.token, { content: "Hm" })).json;
    expect(await watcher.next("post:comment")).toMatchObject({ post_id: id, comments_count: 1, comments_total_count: 1 });
    await grover.delete(`/api/comments/${comment.comment_id ?? comment.comment.comment_id}`, ada.token);
    expect(await watcher.next("post:comment_deleted")).toMatchObject({ post_id: id, comments_count: 0 });
    await grover.put(`/api/posts/${id}`, ada.token, { content: "Edited" });
    expect(await watcher.next("post:updated")).toMatchObject({ post_id: id });
    await grover.delete(`/api/posts/${id}`, ada.token);
    expect(await watcher.next("post:deleted")).toEqual({ post_id: id, postId: id });
    await other.settled();
    for (const name of ["post:reaction", "post:comment", "post:comment_deleted", "post:updated", "post:deleted"]) expect(other.take(name)).toEqual([]);
  });

  it("tell followers that are here of a new post", async () => {
    await grover.post(`/api/users/${ada.id}/follow`, bob.token);
    const follower = await connect(authorized(bob.token));
    const author = await connect(authorized(ada.token));
    await follower.next("ready");
    const id = await post(ada.token);
    expect(await follower.next("post:new")).toMatchObject({ post_id: id, user_id: ada.id });
    await author.settled();
    expect(author.take("post:new")).toEqual([]);
  });

  it("count votes as they are", async () => {
    const id = await post(ada.token, { poll_question: "Tea?", poll_options: ["Yes", "No"] });
    const watcher = await connect(authorized(bob.token));
    const [author, left] = [await connect(authorized(ada.token)), await connect(authorized(bob.token))];
    for (const client of [watcher, left]) await client.ask("post:watch", { post_id: id });
    await left.ask("post:unwatch", { post_id: id });
    await grover.post(`/api/posts/${id}/vote`, bob.token, { option_index: 1 });
    expect(await watcher.next("poll:update")).toEqual({ post_id: id, postId: id, poll_votes: { "0": 0, "1": 1 }, total_votes: 1 });
    await grover.delete(`/api/posts/${id}/vote`, bob.token);
    expect(await watcher.next("poll:update")).toMatchObject({ poll_votes: { "0": 0, "1": 0 }, total_votes: 0 });
    for (const client of [author, left]) {
      await client.settled();
      expect(client.take("poll:update")).toEqual([]);
    }
  });
});

describe("rights that end", () => {
  const within = async (limit: number, what: Promise<unknown>) => {
    const begun = Date.now();
    await what;
    expectInTime(begun, limit, "cutting a session");
  };

  it("cuts the sockets of a revoked session within a second, and no others", async () => {
    const other = await login("ada");
    const revoked = await connect(authorized(other.token));
    const byCookie = await connect({ extraHeaders: { Cookie: other.cookie } });
    const stays = await connect(authorized(ada.token));
    for (const client of [revoked, byCookie]) expect((await client.next("ready")).guest).toBe(false);
    const cut = Promise.all([revoked.disconnected(), byCookie.disconnected()]);
    await grover.post("/api/auth/logout", other.token);
    await within(1_000, cut);
    expect(await cut).toEqual(["io server disconnect", "io server disconnect"]);
    expect(await revoked.next("error")).toMatchObject({ detail: "session_revoked" });
    await stays.settled();
    expect(stays.socket.connected).toBe(true);
    await expect(connect(authorized(other.token))).rejects.toMatchObject({ message: "Not authenticated" });
    expect((await (await connect({ extraHeaders: { Cookie: other.cookie } })).next("ready")).guest).toBe(true);
  });

  it("takes a blocked reader out of the room", async () => {
    const eve = await account("eve");
    const id = await post(ada.token);
    const reader = await connect(authorized(eve.token));
    const author = await connect(authorized(ada.token));
    const own = await post(eve.token);
    for (const watched of [id, own]) expect(await reader.ask("post:watch", { post_id: watched })).toMatchObject({ ok: true });
    await author.ask("post:watch", { post_id: id });
    await grover.post(`/api/users/${eve.id}/block`, ada.token);
    // Events of posts come in the order of what they tell: behind this one the block has been heard of.
    await grover.put(`/api/posts/${own}`, eve.token, { content: "Behind the block" });
    await reader.next("post:updated", (event) => event.post_id === own);
    await grover.put(`/api/posts/${id}`, ada.token, { content: "Not for eve" });
    await author.next("post:updated");
    await reader.settled();
    expect(reader.take("post:updated")).toEqual([]);
    expect(await reader.ask("post:watch", { post_id: id })).toMatchObject({ ok: false, error: "not_found" });
  });
});

describe("presence", () => {
  it("is told to followers who subscribe, not to strangers, and not of who hides it", async () => {
    const pat = await account("pat");
    const sam = await account("sam");
    await grover.post(`/api/users/${pat.id}/follow`, sam.token);
    const follower = await connect(authorized(sam.token));
    const stranger = await connect(authorized(bob.token));
    const asked = { user_ids: [pat.id] };
    expect((await follower.ask("presence:subscribe", asked)).states).toEqual([{ user_id: pat.id, online: false, last_seen_at: null }]);
    await stranger.ask("presence:subscribe", asked);

    const her = await connect(authorized(pat.token));
    expect(await follower.next("presence:update")).toMatchObject({ user_id: pat.id, online: true });
    const seen = async (token: string) => (await grover.get(`/api/presence?user_ids=${pat.id}`, token)).json;
    expect(await seen(sam.token)).toEqual([{ user_id: pat.id, online: true, last_seen_at: null }]);
    expect(await seen(bob.token)).toEqual([{ user_id: pat.id, online: false, last_seen_at: null }]);
    await stranger.settled();
    expect(stranger.take("presence:update")).toEqual([]);

    await grover.put("/api/users/me/privacy", pat.token, { show_online: false });
    expect(await follower.next("presence:update")).toMatchObject({ online: false, last_seen_at: null });
    expect(await seen(sam.token)).toEqual([{ user_id: pat.id, online: false, last_seen_at: null }]);
    her.close();
  });

  it("refuses what does not fit", async () => {
    expect((await grover.get("/api/presence?user_ids=user_1")).status).toBe(401);
    expect((await grover.get("/api/presence", ada.token)).status).toBe(422);
    expect((await grover.get(`/api/presence?user_ids=${Array(101).fill("user_1").join(",")}`, ada.token)).status).toBe(422);
    expect((await grover.get("/api/presence?user_ids=a%20b", ada.token)).status).toBe(400);
    expect((await grover.get("/api/presence", ada.token)).status).toBe(422);
    expect((await grover.get("/api/realtime/config")).json).toMatchObject({ path: "/socket.io/", protocol: 5, transports: ["websocket", "polling"] });
  });
});

describe("a restart", () => {
  it("brings clients back by themselves, as whom they were", async () => {
    const client = Client.open(grover.url, { ...authorized(ada.token), reconnection: true, reconnectionDelay: 200, reconnectionDelayMax: 500 });
    open.push(client);
    await client.next("ready");
    const reasons: string[] = [];
    client.socket.on("disconnect", (reason) => reasons.push(reason));
    await grover.restart("SIGTERM");
    expect((await client.next("ready")).user_id).toBe(ada.id);
    expect(reasons).not.toContain("io server disconnect");
    await grover.restart("SIGKILL");
    expect((await client.next("ready")).user_id).toBe(ada.id);
  });

  it("leaves no secret and no address in the log", () => {
    const log = grover.log();
    expect(sids.size).toBeGreaterThan(20);
    for (const sid of sids) expect(log).not.toContain(sid);
    for (const secret of [ada.token, bob.token, ada.cookie.split("=")[1], "@example.com", "gtk_"]) expect(log).not.toContain(secret);
  });
});

describe("limits", () => {
  it("of connections: 20 of a user", async () => {
    const max = await account("max");
    for (let i = 0; i < 20; ++i) await connect(authorized(max.token));
    await expect(connect(authorized(max.token))).rejects.toMatchObject({ message: "Too many connections", data: { status: 429 } });
  });

  it("of events and handshakes, when limits are on", async () => {
    const limited = await Grover.start({ RATE_LIMIT_ENABLED: "true" });
    try {
      const user = await limited.user("zoe");
      const client = await Client.connect(limited.url, authorized(user.token));
      const answers = await Promise.all(Array.from({ length: 60 }, () => client.ask("post:unwatch", { post_id: "post_1" })));
      expect(answers.filter((answer) => answer.ok).length).toBeGreaterThanOrEqual(39);
      expect(answers.some((answer) => answer.error === "rate_limited" && answer.status === 429)).toBe(true);
      client.close();
      let refused = 0;
      for (let i = 0; i < 70; ++i) {
        const answer = await limited.send("GET", "/socket.io/?EIO=4&transport=polling");
        refused += answer.status === 429 ? 1 : 0;
      }
      expect(refused).toBeGreaterThanOrEqual(8);
    } finally {
      await limited.stop();
    }
  });
});

describe("a live board", () => {
  const meets = (part: object) => (metrics: any) => Object.entries(part).every(([name, value]) => metrics[name] === value);

  it("tells the creator who asked for it, and nobody else", async () => {
    const creator = await account("carla");
    const board = await connect(authorized(creator.token));
    const silent = await connect(authorized(creator.token));
    const guest = await connect();
    expect(await board.ask("register_user", { user_id: bob.id })).toEqual({ ok: true });
    expect(await board.next("live_metrics")).toMatchObject({ user_id: creator.id, followers_count: 0, total_posts: 0, total_likes: 0, total_comments: 0, total_shares: 0, total_revenue: 0, earnings_balance: 0, reason: "connection" });
    expect(await guest.ask("register_user", { user_id: creator.id })).toMatchObject({ ok: false, error: "unauthenticated", status: 401 });

    await grover.post(`/api/users/${creator.id}/follow`, bob.token);
    await board.next("live_metrics", meets({ followers_count: 1 }));
    const id = await post(creator.token);
    await grover.post(`/api/posts/${id}/like`, bob.token);
    await grover.post(`/api/posts/${id}/comments`, bob.token, { content: "Fine" });
    await grover.post(`/api/posts/${id}/share`, bob.token);
    await board.next("live_metrics", meets({ followers_count: 1, total_posts: 1, total_likes: 1, total_comments: 1, total_shares: 1, reason: "engagement" }));
    expect(silent.take("live_metrics")).toEqual([]);
    expect(guest.take("live_metrics")).toEqual([]);
  });
});
