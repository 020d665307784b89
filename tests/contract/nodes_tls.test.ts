// Nodes that speak TLS themselves, behind a balancer that knows nothing of sessions (contract/realtime.md §9).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Balancer } from "./balancer";
import { makeCertificate } from "./certificate";
import { Postgres } from "./postgres";
import { Grover, type User } from "./server";
import { authorized, Client, type Options } from "./sockets";
import { closed, frames, opened } from "./websocket";

describe.skipIf(!Postgres.isPossible)("nodes with TLS", () => {
  let directory: string;
  let postgres: Postgres;
  let nodes: Grover[];
  let stranger: Grover; // the same database, and another key
  let balancer: Balancer;
  let ada: User;
  let bob: User;
  const open: Client[] = [];

  beforeAll(async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the certificates are our own
    directory = mkdtempSync(join(tmpdir(), "grover-tls-"));
    postgres = new Postgres();
    const settings = { DATABASE_URL: postgres.url, REDIS_URL: "redis://127.0.0.1:1", WORKER_THREADS: "1", SOCKET_PERMESSAGE_DEFLATE: "true" };
    const shared = { ...settings, ...makeCertificate(directory, "shared") };
    nodes = [await Grover.start(shared)];
    const [second, other] = await Promise.all([Grover.start(shared), Grover.start({ ...settings, ...makeCertificate(directory, "other") })]);
    nodes.push(second);
    stranger = other;
    balancer = await Balancer.start(nodes.map((node) => node.url));
    ada = await nodes[0].user("ada");
    bob = await nodes[1].user("bob");
  }, 120_000);
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });
  afterAll(async () => {
    await balancer?.stop();
    await Promise.all([...(nodes ?? []), stranger].map((node) => node?.stop()));
    postgres?.remove();
    rmSync(directory, { recursive: true });
  });

  const polling = "/socket.io/?EIO=4&transport=polling";
  const openSession = async (node: Grover) => JSON.parse((await node.send("GET", polling)).text.slice(1)).sid as string;
  async function connect(options: Options): Promise<Client> {
    const client = await Client.connect(balancer.url.replace("http:", "https:"), authorized(bob.token, { rejectUnauthorized: false, ...options }));
    open.push(client);
    await client.next("ready");
    return client;
  }

  it("ask each other in the client's stead", async () => {
    const sid = await openSession(nodes[0]);
    expect((await nodes[1].send("POST", `${polling}&sid=${sid}`, { body: "40" })).text).toBe("ok");
    // Waits until there is something.
    expect((await nodes[1].send("GET", `${polling}&sid=${sid}`)).text).toMatch(/^40\{"sid":"/);
    const large = `42["unknown","${"x".repeat(900_000)}"]`;
    expect((await nodes[1].send("POST", `${polling}&sid=${sid}`, { body: large })).text).toBe("ok");
    expect((await nodes[1].send("POST", `${polling}&sid=${sid}`, { body: "1" })).text).toBe("ok");
    expect((await nodes[1].send("GET", `${polling}&sid=${sid}`)).json).toMatchObject({ code: 1 });
  });

  it("join a WebSocket to the node of its session, as agreed on there", async () => {
    const sid = await openSession(nodes[0]);
    const socket = new WebSocket(`${nodes[1].url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`, { rejectUnauthorized: false, perMessageDeflate: true });
    const heard = frames(socket);
    await opened(socket);
    expect(socket.extensions).toContain("permessage-deflate");
    socket.send("2probe");
    expect(await heard.next()).toBe("3probe");
    socket.send("5");
    socket.send(`40${JSON.stringify({ token: bob.token })}`);
    expect(await heard.next()).toMatch(/^40\{"sid":"/);
    expect(await heard.next()).toMatch(/^42\["ready"/);
    // Both ways, larger than what is moved at once; `unknown` has no handler, so only its answer comes back.
    socket.send(`421["unknown","${"x".repeat(400_000)}"]`);
    expect(await heard.next()).toMatch(/^431\[\{"ok":false/);
    const over = closed(socket);
    socket.send("1");
    await over;
  });

  it("tell nothing to a node that has another key, nor take anything from it", async () => {
    for (const [home, away] of [[nodes[0], stranger], [stranger, nodes[0]]]) {
      const sid = await openSession(home);
      const answer = await away.send("POST", `${polling}&sid=${sid}`, { body: "40" });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({ code: 1 });
      // It did not arrive: CONNECT can still be sent, once.
      expect((await home.send("POST", `${polling}&sid=${sid}`, { body: "40" })).text).toBe("ok");
      expect((await home.send("GET", `${polling}&sid=${sid}`)).text).toMatch(/^40\{"sid":"/);
    }
  });

  it.each([[["polling"]], [["polling", "websocket"]], [["websocket"]]])("serve clients without stickiness by %s", async (transports) => {
    const chat = (await nodes[0].post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "first" })).json.conversation_id;
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect({ transports })));
    for (const client of clients) expect(await client.ask("join_conversation", { conversation_id: chat })).toMatchObject({ ok: true });
    if (transports.length > 1) await expect.poll(() => clients.map((client) => client.socket.io.engine.transport.name), { timeout: 20_000 }).toEqual(Array(4).fill("websocket"));
    // So long that it goes compressed.
    const content = "A long message. ".repeat(60).trim();
    await nodes[1].post("/api/messages/send", ada.token, { receiver_id: bob.id, content });
    for (const client of clients) expect(await client.next("new_message", (message) => message.content === content)).toBeTruthy();
  });
});
