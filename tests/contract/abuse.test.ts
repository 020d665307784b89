// What hostile and unlucky clients do: they get the defined answer, and nobody else notices (contract/realtime.md §1, §10).
import { connect as tcp } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { expectInTime } from "./in_time";
import { Grover } from "./server";
import { authorized, Client } from "./sockets";

let grover: Grover;
let ada: { token: string; id: string };
let witness: Client;

beforeAll(async () => {
  grover = await Grover.start({ SOCKET_PING_INTERVAL_MS: "1000", SOCKET_PING_TIMEOUT_MS: "1000" });
  ada = await grover.user("ada");
  witness = await Client.connect(grover.url, authorized(ada.token));
});
afterAll(async () => {
  witness.close();
  await grover.stop();
});
// An honest socket stays connected and is answered soon, whatever the others did.
beforeEach(async () => {
  const begun = Date.now();
  expect(await witness.ask("ping")).toMatchObject({ ok: true });
  expectInTime(begun, 500, "an honest socket's ping");
});

// A WebSocket without a client library on it: what came, and how it ended.
class Raw {
  readonly heard: string[] = [];
  readonly closed: Promise<number>;
  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => this.heard.push(data.toString()));
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
  }
  static async open(url: string, connect = `40{"token":"${ada.token}"}`): Promise<Raw> {
    const raw = new Raw(new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`));
    await new Promise((resolve, reject) => raw.socket.once("open", resolve).once("error", reject));
    if (connect) {
      raw.socket.send(connect);
      await raw.until((packet) => packet.startsWith('42["ready"') || packet.startsWith("44"));
    }
    return raw;
  }
  async until(matches: (packet: string) => boolean): Promise<string> {
    for (let i = 0; i < 500; ++i) {
      const found = this.heard.find(matches);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`heard only ${JSON.stringify(this.heard)}`);
  }
}

const within = <T>(ms: number, what: Promise<T>) =>
  Promise.race([what, new Promise<never>((_, reject) => setTimeout(() => reject(new Error("too late")), ms))]);

describe("packets that are none", () => {
  const broken = {
    "an event without a name": "42[1,2]",
    "an event that is no array": '42{"a":1}',
    "an empty event": "42[]",
    "broken JSON": '42["post:watch",{"post_id":',
    "JSON that is nested too deep": `42["ping",${"[".repeat(1_000)}${"]".repeat(1_000)}]`,
    "an unknown Socket.IO type": "49[]",
    "an unknown Engine.IO type": "9",
    "an acknowledgement that is no number": '42x["ping"]',
    "more attachments than allowed": '4511-["ping"]',
    "a text where an attachment is due": '451-["ping",{"_placeholder":true,"num":0}]|42["ping"]',
    "a second open": "0{}",
    "nothing": "",
  };
  for (const [what, packets] of Object.entries(broken)) {
    it(`close the connection: ${what}`, async () => {
      const raw = await Raw.open(grover.url);
      for (const packet of packets.split("|")) raw.socket.send(packet);
      await within(2_000, raw.closed);
    });
  }

  it("close it before CONNECT too", async () => {
    const raw = await Raw.open(grover.url, "");
    raw.socket.send('42["ping"]');
    await within(2_000, raw.closed);
  });

  it("leave it open when they are only pointless", async () => {
    const raw = await Raw.open(grover.url);
    raw.socket.send("43999[]");
    raw.socket.send('42["no:such",{"a":1},2,3]');
    raw.socket.send('421["ping"]');
    expect(await raw.until((packet) => packet.startsWith("431["))).toContain('"ok":true');
    raw.socket.close();
  });

  it("mean nothing behind a disconnect", async () => {
    const raw = await Raw.open(grover.url);
    raw.socket.send("41");
    raw.socket.send('422["ping"]');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(raw.heard.some((packet) => packet.startsWith("432"))).toBe(false);
    raw.socket.terminate();
  });

  it("name no room and no user", async () => {
    const post = (await grover.post("/api/posts", ada.token, { content: "Hello" })).json.post.post_id;
    const eve = await grover.user("eve");
    const client = await Client.connect(grover.url, authorized(eve.token));
    for (const room of [`user_${ada.id}`, `post_${post}`, "conversation_conv_1"]) client.socket.emit("join", room);
    client.socket.emit("post:watch", { post_id: "post_unknown", room: `user_${ada.id}` });
    await client.settled();
    await grover.put(`/api/posts/${post}`, ada.token, { content: "Edited" });
    await grover.post(`/api/users/${ada.id}/follow`, eve.token);
    await client.settled();
    expect(client.take("post:updated")).toEqual([]);
    client.close();
  });
});

describe("too much", () => {
  it("of one packet is 413 or 1009", async () => {
    const raw = await Raw.open(grover.url);
    raw.socket.send("4" + "x".repeat(1_000_001));
    expect(await within(5_000, raw.closed)).toBe(1009);
    const open = await grover.send("GET", "/socket.io/?EIO=4&transport=polling");
    const sid = JSON.parse(open.text.slice(1)).sid;
    const answer = await grover.send("POST", `/socket.io/?EIO=4&transport=polling&sid=${sid}`, { body: "4" + "x".repeat(1_000_001), headers: { "Content-Type": "text/plain" } });
    expect(answer.status).toBe(413);
  });

  it("of events is refused, and of a flood the connection ends", async () => {
    const limited = await Grover.start({ RATE_LIMIT_ENABLED: "true" });
    try {
      const user = await limited.user("zoe");
      const honest = await Client.connect(limited.url, authorized(user.token));
      const raw = await Raw.open(limited.url, `40{"token":"${user.token}"}`);
      let ended = false;
      raw.closed.then(() => (ended = true));
      for (let tick = 0; tick < 100 && !ended; ++tick) {
        for (let i = 0; i < 30; ++i) raw.socket.send('42["post:unwatch",{"post_id":"post_1"}]');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(ended).toBe(true);
      expect(raw.heard.some((packet) => packet.includes("rate_limited"))).toBe(true);
      expect(await honest.ask("ping")).toMatchObject({ ok: true });
      honest.close();
    } finally {
      await limited.stop();
    }
  });

  it("of sessions from one address leaves the others alone", async () => {
    const opened = await Promise.all(Array.from({ length: 300 }, () => Raw.open(grover.url, "")));
    for (const raw of opened) raw.socket.send("40");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    // 20 guests of one address, the witness is none of them.
    expect(await witness.ask("ping")).toMatchObject({ ok: true });
    expect(opened.filter((raw) => raw.socket.readyState === WebSocket.OPEN && raw.heard.some((packet) => packet.startsWith("40"))).length).toBeLessThanOrEqual(20);
    for (const raw of opened) raw.socket.terminate();
  });
});

describe("silence", () => {
  it("ends a connection that answers no ping, and the presence with it", async () => {
    const raw = await Raw.open(grover.url);
    // No pong: the library of this test answers none of Engine.IO's.
    await within(4_000, raw.closed);
  });

  it("of half a request or half an upgrade holds nobody up", async () => {
    const { hostname, port } = new URL(grover.url);
    const half = Array.from({ length: 50 }, (_, i) => {
      const socket = tcp(Number(port), hostname);
      socket.on("error", () => {});
      socket.write(i % 2 ? "GET /socket.io/?EIO=4" : `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}\r\n`);
      return socket;
    });
    for (let i = 0; i < 5; ++i) expect(await witness.ask("ping", i)).toMatchObject({ ok: true });
    for (const socket of half) socket.destroy();
  });
});

describe("a restart", () => {
  it("brings a crowd back within 10 s", async () => {
    const users = await Promise.all(Array.from({ length: 10 }, (_, i) => grover.user(`crowd${i}`)));
    const options = { reconnection: true, reconnectionDelay: 500, reconnectionDelayMax: 1_500, randomizationFactor: 0.5 };
    const crowd = await Promise.all(Array.from({ length: 150 }, (_, i) => Client.connect(grover.url, authorized(users[i % 10].token, options))));
    await grover.restart("SIGKILL");
    const begun = Date.now();
    while (crowd.some((client) => !client.socket.connected)) {
      expect(Date.now() - begun).toBeLessThan(10_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const client of crowd) client.close();
    witness = await Client.connect(grover.url, authorized(ada.token));
  });
});
