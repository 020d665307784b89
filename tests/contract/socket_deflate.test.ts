// permessage-deflate between the real binary and the official client, and `ws` by itself: off, and on (contract/realtime.md §1).
import { connect } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Grover, type User } from "./server";
import { authorized, Client } from "./sockets";
import { closed, frames, opened } from "./websocket";

const both = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const long = Array.from({ length: 100 }, (_, n) => `wörd ${n}`).join(" ");

type Offer = WebSocket.PerMessageDeflateOptions | boolean;

const sockets: WebSocket[] = [];
const clients: Client[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const client of clients.splice(0)) client.close();
});

const websocket = (grover: Grover, perMessageDeflate: Offer, headers = {}) => {
  const socket = new WebSocket(`${grover.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate, headers });
  sockets.push(socket);
  return socket;
};

// Signed in over a WebSocket of our own. `next` waits for a packet that begins so, and gives the array in it.
async function session(grover: Grover, user: User, offer: Offer) {
  const socket = websocket(grover, offer);
  const heard = frames(socket);
  const next = async (start: string): Promise<any[]> => {
    for (;;) {
      const frame: string = await heard.next();
      if (frame.startsWith(start)) return JSON.parse(frame.slice(frame.indexOf("[")));
    }
  };
  const [answer] = await Promise.all([new Promise<any>((resolve) => socket.once("upgrade", resolve)), opened(socket)]);
  socket.send(`40${JSON.stringify({ token: user.token })}`);
  await next('42["ready"');
  return { socket, next, extensions: answer.headers["sec-websocket-extensions"] };
}

async function official(grover: Grover, user: User, transports: string[]): Promise<Client> {
  const client = await Client.connect(grover.url, authorized(user.token, { transports, perMessageDeflate: { threshold: 0 } } as any));
  clients.push(client);
  await client.next("ready");
  return client;
}

// As a client compresses it, without `ws` in between.
const deflated = (payload: string | Buffer) => deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

// A handshake and a frame of our own making: what the server closes with.
async function closeCodeOf(grover: Grover, first: number, payload: Buffer): Promise<number> {
  const { hostname, port } = new URL(grover.url);
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  const socket = connect(Number(port), hostname);
  const come: Buffer[] = [];
  const end = new Promise<void>((resolve, reject) => {
    socket.on("data", (data) => come.push(data));
    socket.once("end", resolve);
    socket.once("error", reject);
  });
  socket.write(
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
  );
  socket.write(Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), payload]));
  await end;
  socket.destroy();
  const all = Buffer.concat(come);
  expect([...all.subarray(-4, -2)]).toEqual([0x88, 2]);
  return all.readUInt16BE(all.length - 2);
}

async function chatOf(grover: Grover): Promise<{ ada: User; bob: User; conversation_id: string }> {
  const [ada, bob] = [await grover.user("ada"), await grover.user("bob")];
  const { conversation_id } = (await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "first" })).json as any;
  return { ada, bob, conversation_id };
}

describe("off, as it is unless asked for", () => {
  let grover: Grover;
  let chat: Awaited<ReturnType<typeof chatOf>>;
  beforeAll(async () => {
    grover = await Grover.start();
    chat = await chatOf(grover);
  });
  afterAll(() => grover.stop());

  it("ignores offers, and everything goes plain", async () => {
    const { ada, conversation_id } = chat;
    const { socket, next, extensions } = await session(grover, ada, { threshold: 0 });
    expect(extensions).toBeUndefined();
    socket.send(`420${JSON.stringify(["send_message", { conversation_id, content: long }])}`);
    expect((await next('42["new_message"'))[1]).toMatchObject({ content: long });
    const client = await official(grover, ada, ["websocket"]);
    expect(await client.ask("send_message", { conversation_id, content: long })).toMatchObject({ ok: true });
    expect((client.socket.io.engine.transport as any).ws.extensions).toBe("");
  });
  it("closes a client that compresses nevertheless", async () => {
    expect(await closeCodeOf(grover, 0xc1, deflated("40"))).toBe(1002);
  });
});

describe("on", () => {
  let grover: Grover;
  let chat: Awaited<ReturnType<typeof chatOf>>;
  beforeAll(async () => {
    grover = await Grover.start({ SOCKET_PERMESSAGE_DEFLATE: "true" });
    chat = await chatOf(grover);
  });
  afterAll(() => grover.stop());

  const offers: [string, Offer, string | undefined][] = [
    ["it as it comes", true, both],
    ["it without context takeover", { serverNoContextTakeover: true, clientNoContextTakeover: true }, both],
    ["a small window of its own", { clientMaxWindowBits: 9 }, both],
    ["a small window of ours", { serverMaxWindowBits: 10 }, `${both}; server_max_window_bits=10`],
    ["nothing", false, undefined],
  ];
  it.each(offers)("serves a client that offers %s", async (_, offer, answer) => {
    const { ada, conversation_id } = chat;
    const { socket, next, extensions } = await session(grover, ada, typeof offer === "object" ? { threshold: 0, ...offer } : offer);
    expect(extensions).toBe(answer);
    for (const content of ["short", long, "x".repeat(1_000), long]) {
      const packet = `421${JSON.stringify(["send_message", { conversation_id, content }])}`;
      socket.send(packet.slice(0, 10), { fin: false });
      socket.send(packet.slice(10, 20), { fin: false });
      socket.send(packet.slice(20));
      expect((await next('42["new_message"'))[1]).toMatchObject({ content });
      socket.send(packet);
      expect((await next('42["new_message"'))[1]).toMatchObject({ content });
    }
  });
  it("compresses what is worth it, for those who agreed on it alone", async () => {
    const { ada, conversation_id } = chat;
    const received = async (offer: Offer): Promise<number> => {
      const { socket, next } = await session(grover, ada, offer);
      const bytesRead = () => (socket as any)._socket.bytesRead as number;
      const before = bytesRead();
      socket.send(`421${JSON.stringify(["send_message", { conversation_id, content: "y".repeat(1_000) }])}`);
      await next('42["new_message"');
      return bytesRead() - before;
    };
    expect(await received(true)).toBeLessThan(1_000);
    expect(await received(false)).toBeGreaterThan(1_000);
  });
  it.each([[["websocket"]], [["polling", "websocket"]]])("serves the official client by %s", async (transports) => {
    const { ada, bob, conversation_id } = chat;
    const mine = await official(grover, ada, transports);
    const theirs = await official(grover, bob, ["websocket"]);
    const engine = mine.socket.io.engine;
    if (engine.transport.name !== "websocket") await new Promise((resolve) => engine.once("upgrade", resolve));
    for (const client of [mine, theirs]) {
      expect((client.socket.io.engine.transport as any).ws.extensions).toBe("permessage-deflate");
      expect(await client.ask("join_conversation", { conversation_id })).toMatchObject({ ok: true });
    }
    for (const content of [`${transports} ${long}`, `${transports} short`]) {
      expect(await mine.ask("send_message", { conversation_id, content })).toMatchObject({ ok: true });
      for (const client of [mine, theirs]) expect(await client.next("new_message")).toMatchObject({ content });
    }
  });
  it.each<[string, number, Buffer, number]>([
    ["no deflate data", 0xc1, Buffer.from("40"), 1002],
    ["a compressed ping", 0xc9, deflated("ping"), 1002],
    ["a reserved bit", 0xe1, deflated("40"), 1002],
    ["a compressed continuation", 0xc0, deflated("40"), 1002],
    ["half a message", 0xc1, deflated(long).subarray(0, 100), 1002],
    ["what is no text when it is inflated", 0xc1, deflated(Buffer.from([0x34, 0xff])), 1007],
    ["a bomb", 0xc1, deflated(Buffer.alloc(50_000_000, "4")), 1009],
  ])("closes on %s", async (_, first, payload, code) => {
    expect(await closeCodeOf(grover, first, payload)).toBe(code);
  });
  it("refuses malformed offers, and declines those it cannot keep", async () => {
    expect(await closed(websocket(grover, false, { "Sec-WebSocket-Extensions": "permessage-deflate; =" }))).toBe(1006);
    const socket = websocket(grover, false, { "Sec-WebSocket-Extensions": "permessage-deflate; unknown" });
    await opened(socket);
    expect(socket.extensions).toBe("");
  });
});
