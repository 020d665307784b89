// Two and three servers on one PostgreSQL behind a balancer that knows nothing of sessions (contract/realtime.md §9).
import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Balancer } from "./balancer";
import { Postgres } from "./postgres";
import { expectInTime } from "./in_time";
import { freePort, Grover } from "./server";
import { authorized, Client, type Options } from "./sockets";

const open: Client[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
async function connect(url: string, options: Options): Promise<Client> {
  const client = await Client.connect(url, options);
  open.push(client);
  await client.next("ready");
  return client;
}

class Redis {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
  ) {}
  static async start(): Promise<Redis> {
    const port = await freePort();
    const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: "ignore" });
    return new Redis(`redis://127.0.0.1:${port}`, child);
  }
  stop(): void {
    this.process.kill("SIGKILL");
  }
}

for (const bus of ["postgres", "redis"]) {
  describe.skipIf(!Postgres.isPossible)(`three nodes with ${bus} between them`, () => {
    let postgres: Postgres;
    let redis: Redis | undefined;
    let nodes: Grover[];
    let settings: Record<string, string>;
    let balancer: Balancer;
    let ada: { token: string; id: string };
    let bob: { token: string; id: string };

    beforeAll(async () => {
      postgres = new Postgres();
      if (bus === "redis") redis = await Redis.start();
      settings = { DATABASE_URL: postgres.url, REALTIME_BUS: bus, REDIS_URL: redis?.url ?? "redis://127.0.0.1:1", WORKER_THREADS: "1" };
      nodes = [await Grover.start(settings)];
      nodes.push(...(await Promise.all([Grover.start(settings), Grover.start(settings)])));
      balancer = await Balancer.start(nodes.map((node) => node.url));
      ada = await nodes[0].user("ada");
      bob = await nodes[1].user("bob");
      await nodes[0].post(`/api/users/${ada.id}/follow`, bob.token);
    }, 120_000);
    afterAll(async () => {
      await balancer?.stop();
      await Promise.all((nodes ?? []).map((node) => node.stop()));
      redis?.stop();
      postgres?.remove();
    });

    const post = async (content = "Hello") => (await nodes[0].post("/api/posts", ada.token, { content })).json.post.post_id as string;

    it("tells rooms of all nodes, in one order", async () => {
      const id = await post();
      const watchers = await Promise.all(nodes.map((node) => connect(node.url, authorized(bob.token))));
      for (const watcher of watchers) expect(await watcher.ask("post:watch", { post_id: id })).toMatchObject({ ok: true });
      const told: string[] = [];
      for (let i = 0; i < 30; ++i) {
        const answer = await nodes[i % 3].post(`/api/posts/${id}/comments`, ada.token, { content: `${i}` });
        told.push(answer.json.comment_id ?? answer.json.comment.comment_id);
      }
      for (const watcher of watchers) {
        const heard: string[] = [];
        for (let i = 0; i < told.length; ++i) heard.push((await watcher.next("post:comment")).comment_id);
        expect(heard).toEqual(told);
      }
    });

    it("delivers messages to whoever is on another node, however long they are", async () => {
      const send = async (content: string) => (await nodes[0].post("/api/messages/send", ada.token, { receiver_id: bob.id, content })).json;
      const chat = (await send("first")).conversation_id;
      const theirs = await connect(nodes[1].url, authorized(bob.token));
      await theirs.ask("join_conversation", { conversation_id: chat });
      await expect.poll(async () => (await send("are you there")).delivered).toBe(true);
      // With its preview this is more than a NOTIFY carries.
      const long = "\u{1F600}".repeat(1_000);
      const sent = await send(long);
      const heard = await theirs.next("new_message", (message) => message.message_id === sent.message_id);
      expect(heard.content).toBe(long);
    });

    it("echoes a message to the socket that sent it, once, whatever node the others are on", async () => {
      const chat = (await nodes[0].post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "first" })).json.conversation_id;
      const mine = await connect(nodes[2].url, authorized(ada.token));
      const theirs = await connect(nodes[1].url, authorized(bob.token));
      await theirs.ask("join_conversation", { conversation_id: chat });
      for (const then of ["join_conversation", "leave_conversation", "ping"]) {
        const [sent] = await Promise.all([mine.ask("send_message", { conversation_id: chat, content: then }), mine.ask(then, { conversation_id: chat })]);
        expect(await theirs.next("new_message")).toMatchObject({ message_id: sent.message_id });
        expect(await mine.next("new_message")).toMatchObject({ message_id: sent.message_id });
      }
      // In one order: behind this one no other comes.
      await mine.ask("join_conversation", { conversation_id: chat });
      const last = (await nodes[0].post("/api/messages/send", bob.token, { receiver_id: ada.id, content: "last" })).json.message_id;
      expect((await mine.next("new_message")).message_id).toBe(last);
    });

    it("shows typing on other nodes, and ends it when the typist's node dies", async () => {
      const chat = (await nodes[0].post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "first" })).json.conversation_id;
      const theirs = await connect(nodes[1].url, authorized(bob.token));
      await theirs.ask("join_conversation", { conversation_id: chat });
      const dying = await Grover.start(settings);
      try {
        const mine = await connect(dying.url, authorized(ada.token));
        await mine.ask("typing", { conversation_id: chat });
        expect(await theirs.next("typing_update")).toEqual({ conversationId: chat, userId: ada.id, isTyping: true });
        expect(await theirs.next("user_typing")).toMatchObject({ user_id: ada.id, user_name: "ada", conversation_id: chat });
        await mine.ask("typing_stop", { conversation_id: chat });
        expect(await theirs.next("typing_update")).toMatchObject({ isTyping: false });
        expect(await theirs.next("user_stopped_typing")).toMatchObject({ user_id: ada.id });
        // The last may have been less than a second ago.
        await expect
          .poll(async () => {
            await mine.ask("typing", { conversation_id: chat });
            return theirs.take("typing_update").length;
          }, { timeout: 5_000, interval: 200 })
          .toBeGreaterThan(0);
        await theirs.next("user_typing");
      } finally {
        await dying.stop();
      }
      const begun = Date.now();
      expect(await theirs.next("typing_update")).toEqual({ conversationId: chat, userId: ada.id, isTyping: false });
      expect(await theirs.next("user_stopped_typing")).toMatchObject({ user_id: ada.id, conversation_id: chat });
      expectInTime(begun, 10_000, "ending what a dead node's user typed");
    });

    it("says nothing more to who was removed from a group on another node", async () => {
      const eve = await nodes[2].user("eve");
      const group = (await nodes[0].post("/api/groups/create", ada.token, { name: "Trip", member_ids: [bob.id, eve.id] })).json.group_id;
      const [removed, stays, mine] = [await connect(nodes[1].url, authorized(bob.token)), await connect(nodes[1].url, authorized(eve.token)), await connect(nodes[2].url, authorized(ada.token))];
      for (const client of [removed, stays]) expect(await client.ask("join_conversation", { conversation_id: group })).toMatchObject({ ok: true });
      const say = async (content: string) => (await nodes[0].post(`/api/groups/${group}/messages`, ada.token, { content })).json.message_id as string;
      const before = await say("before");
      for (const client of [removed, stays]) expect((await client.next("new_message")).message_id).toBe(before);

      expect((await nodes[0].delete(`/api/groups/${group}/members/${bob.id}`, ada.token)).status).toBe(200);
      expect(await removed.next("group:member_removed")).toMatchObject({ group_id: group, user_id: bob.id });
      removed.take("conversation:updated");
      const after = await say("after");
      await nodes[2].post(`/api/messages/${before}/reactions`, ada.token, { emoji: "\u{1F44D}" });
      await mine.ask("typing", { conversation_id: group });
      // Who hangs on the same node has heard it all.
      await stays.next("new_message", (message) => message.message_id === after);
      await stays.next("message:reaction");
      await stays.next("user_typing");
      await removed.settled();
      for (const name of ["new_message", "message:reaction", "typing_update", "user_typing", "conversation:updated", "group:member_removed"]) expect(removed.take(name), name).toEqual([]);
      expect(await removed.ask("join_conversation", { conversation_id: group })).toMatchObject({ ok: false });
    });

    it("tells ephemeral events of a user on another node", async () => {
      const follower = await connect(nodes[1].url, authorized(bob.token));
      await follower.ask("presence:subscribe", { user_ids: [ada.id] });
      await connect(nodes[2].url, authorized(ada.token));
      expect(await follower.next("presence:update", (state) => state.online)).toMatchObject({ user_id: ada.id });
      await expect
        .poll(async () => (await nodes[0].get(`/api/presence?user_ids=${ada.id}`, bob.token)).json[0].online)
        .toBe(true);
    });

    it("measures the bus on each node", async () => {
      for (const node of nodes) {
        const lag = /^grover_bus_lag_seconds (\S+)$/m;
        await expect.poll(async () => (await node.get("/metrics")).text).toMatch(/^grover_bus_up 1$/m);
        expect(Number(lag.exec((await node.get("/metrics")).text)![1])).toBeGreaterThanOrEqual(0);
      }
    });

    it("cuts a revoked session on every node within a second", async () => {
      const login = await nodes[0].post("/api/auth/login", undefined, { email: "ada@example.com", password: "correct horse 9" });
      const sockets = await Promise.all(nodes.map((node) => connect(node.url, authorized(login.json.session_token))));
      const cut = Promise.all(sockets.map((socket) => socket.disconnected()));
      const begun = Date.now();
      await nodes[2].post("/api/auth/logout", login.json.session_token);
      expect(await cut).toEqual(Array(3).fill("io server disconnect"));
      expectInTime(begun, 1_000, "cutting a session on every node");
    });

    it("cuts the sockets of an account that is hidden on every node within a second", async () => {
      const leaver = await nodes[0].user("leaver");
      const sockets = await Promise.all(nodes.map((node) => connect(node.url, authorized(leaver.token))));
      const cut = Promise.all(sockets.map((socket) => socket.disconnected()));
      const begun = Date.now();
      expect((await nodes[1].post("/api/users/me/deactivate", leaver.token, { current_password: "correct horse 9" })).status).toBe(200);
      expect(await cut).toEqual(Array(3).fill("io server disconnect"));
      expectInTime(begun, 1_000, "cutting the sockets of an account on every node");
    });

    it("polls and upgrades through a balancer without stickiness", async () => {
      for (const transports of [["polling"], ["polling", "websocket"], ["websocket", "polling"]]) {
        const clients = await Promise.all(Array.from({ length: 6 }, () => connect(balancer.url, authorized(bob.token, { transports }))));
        const id = await post();
        for (const client of clients) expect(await client.ask("post:watch", { post_id: id })).toMatchObject({ ok: true });
        await nodes[0].put(`/api/posts/${id}`, ada.token, { content: "Edited" });
        for (const client of clients) expect(await client.next("post:updated")).toMatchObject({ post_id: id });
        for (const client of clients) client.close();
      }
    });

    it("does not know the sessions of nodes that are not there", async () => {
      const answer = await nodes[0].send("GET", `/socket.io/?EIO=4&transport=polling&sid=zzzzzz-0${"a".repeat(22)}`);
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 1 });
    });

    it("loses nothing when a node is killed, and its clients are back within 10 s", async () => {
      const id = await post();
      const reconnecting = { reconnection: true, reconnectionDelay: 200, reconnectionDelayMax: 1_000 };
      const clients = await Promise.all(Array.from({ length: 6 }, () => connect(balancer.url, authorized(bob.token, reconnecting))));
      for (const client of clients) await client.ask("post:watch", { post_id: id });
      const stays = await connect(nodes[0].url, authorized(bob.token));
      await stays.ask("post:watch", { post_id: id });
      const say = async (node: Grover, content: string) => (await node.post("/api/messages/send", ada.token, { receiver_id: bob.id, content })).json;
      const chat = (await say(nodes[0], "before")).conversation_id;
      await stays.ask("join_conversation", { conversation_id: chat });
      let fell = 0;
      const lost = new Promise<void>((resolve) => {
        for (const client of clients) client.socket.once("disconnect", () => ((fell += 1), resolve()));
      });

      // Commented on the node that dies the moment it has answered.
      const told: string[] = [];
      for (let i = 0; i < 10; ++i) {
        const answer = await nodes[1].post(`/api/posts/${id}/comments`, ada.token, { content: `${i}` });
        told.push(answer.json.comment_id ?? answer.json.comment.comment_id);
      }
      const said: string[] = [];
      for (let i = 0; i < 5; ++i) said.push((await say(nodes[1], `last words ${i}`)).message_id);
      balancer.leaveOut(nodes[1].url);
      await nodes[1].stop();
      await lost;
      const begun = Date.now();
      for (const client of clients) {
        while (!client.socket.connected) {
          expect(Date.now() - begun).toBeLessThan(10_000);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
      const heard: string[] = [];
      for (let i = 0; i < told.length; ++i) heard.push((await stays.next("post:comment")).comment_id);
      expect(heard).toEqual(told);
      const read: string[] = [];
      for (let i = 0; i < said.length; ++i) read.push((await stays.next("new_message", (message) => message.content.startsWith("last words"))).message_id);
      expect(read).toEqual(said);
      // Who had to come back reads what it missed, and hears what comes.
      expect(fell).toBeGreaterThan(0);
      for (const client of clients) await client.ask("join_conversation", { conversation_id: chat });
      const listed = (await nodes[2].get(`/api/messages/${ada.id}`, bob.token)).json;
      const texts = JSON.stringify(listed);
      for (const id of said) expect(texts).toContain(id);
      const next = await say(nodes[2], "after");
      for (const client of clients) expect((await client.next("new_message", (message) => message.content === "after")).message_id).toBe(next.message_id);
      nodes = [nodes[0], nodes[2]];
    });

    if (bus === "redis") {
      it("goes on with durable events while the bus is down", async () => {
        const id = await post();
        const watchers = await Promise.all(nodes.map((node) => connect(node.url, authorized(bob.token))));
        for (const watcher of watchers) await watcher.ask("post:watch", { post_id: id });
        redis!.stop();
        await nodes[0].put(`/api/posts/${id}`, ada.token, { content: "Without Redis" });
        for (const watcher of watchers) expect(await watcher.next("post:updated")).toMatchObject({ post_id: id });
        await expect.poll(async () => (await nodes[0].get("/metrics")).text).toContain("grover_bus_up 0");
        expect(nodes[0].log()).toContain("bus down");
      });
    }
  });
}
