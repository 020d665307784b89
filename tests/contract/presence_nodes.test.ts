// Who goes offline, seen from another node on the same PostgreSQL (contract/realtime.md §8). Half a minute, in real time.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Postgres } from "./postgres";
import { Grover } from "./server";
import { authorized, Client } from "./sockets";

describe.skipIf(!Postgres.isPossible)("presence on two nodes", () => {
  let postgres: Postgres;
  let nodes: Grover[] = [];

  beforeAll(async () => {
    postgres = new Postgres();
    const settings = { DATABASE_URL: postgres.url, WORKER_THREADS: "1" };
    nodes = [await Grover.start(settings), await Grover.start(settings)];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    postgres?.remove();
  });

  it("tells of whoever left, and of those whose node has stopped, after half a minute", async () => {
    const fan = await nodes[0].user("fan");
    const [ada, bob, eve] = await Promise.all(["ada", "bob", "eve"].map((name) => nodes[0].user(name)));
    for (const user of [ada, bob, eve]) await nodes[0].post(`/api/users/${user.id}/follow`, fan.token);
    const connect = async (node: Grover, user: { token: string }) => {
      const client = await Client.connect(node.url, authorized(user.token));
      await client.next("ready");
      return client;
    };
    const watcher = await connect(nodes[0], fan);
    const sockets = { ada: await connect(nodes[0], ada), bob: await connect(nodes[1], bob), eve: await connect(nodes[1], eve) };
    await expect
      .poll(async () => (await watcher.ask("presence:subscribe", { user_ids: [ada.id, bob.id, eve.id] })).states.every((state: any) => state.online), { interval: 500, timeout: 30_000 })
      .toBe(true);

    sockets.ada.close(); // on the watcher's node
    sockets.bob.close(); // on the other one
    const left = Date.now();
    const offline = [ada, bob, eve].map(async (user) => {
      const state = await watcher.next("presence:update", (told) => told.user_id === user.id && !told.online, 50_000);
      return { state, after: Date.now() - left };
    });
    await nodes[1].end("SIGTERM"); // with eve on it
    const now = (await nodes[0].get(`/api/presence?user_ids=${ada.id},${bob.id},${eve.id}`, fan.token)).json;
    expect(now.map((state: any) => state.online)).toEqual([true, true, true]);
    for (const { state, after } of await Promise.all(offline)) {
      expect(Date.parse(state.last_seen_at)).toBeLessThan(left + 15_000);
      expect(after).toBeGreaterThan(28_000);
    }
    sockets.eve.close();
    watcher.close();
  }, 120_000);
});
