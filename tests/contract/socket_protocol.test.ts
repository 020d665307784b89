// Socket.IO 5 as the public conformance suite asks for it, against the real binary (contract/realtime.md §2).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Grover } from "./server";
import { closed, frames } from "./websocket";

let grover: Grover;
let url: string;
beforeAll(async () => {
  grover = await Grover.start({ SOCKET_PROTOCOL_TEST: "true" });
  url = `${grover.url}/socket.io/`;
});
afterAll(() => grover.stop());

// On an open Engine.IO session; heartbeats are answered and left out.
async function engine() {
  const socket = new WebSocket(`${url.replace("http", "ws")}?EIO=4&transport=websocket`);
  const all = frames(socket);
  expect(await all.next()).toMatch(/^0\{/);
  const next = async () => {
    for (;;) {
      const frame = await all.next();
      if (frame !== "2") return frame;
      socket.send("3");
    }
  };
  return { socket, next };
}
async function connected() {
  const { socket, next } = await engine();
  socket.send("40");
  expect(await next()).toMatch(/^40\{"sid":"[^"]+"\}$/);
  expect(await next()).toBe('42["auth",{}]');
  return { socket, next };
}

describe("handshake", () => {
  it("opens a session by polling and by WebSocket", async () => {
    const answer = await fetch(`${url}?EIO=4&transport=polling`);
    expect(answer.status).toBe(200);
    expect(JSON.parse((await answer.text()).substring(1))).toMatchObject({ upgrades: ["websocket"], pingTimeout: 200, pingInterval: 300, maxPayload: 1_000_000 });
    (await engine()).socket.close();
  });
  it.each(["?transport=polling", "?EIO=abc&transport=polling", "?EIO=4", "?EIO=4&transport=abc"])("refuses %s", async (query) => {
    expect((await fetch(url + query)).status).toBe(400);
    await closed(new WebSocket(url.replace("http", "ws") + query.replace("polling", "websocket")));
  });
  it.each(["POST", "PUT"])("refuses %s", async (method) => {
    expect((await fetch(`${url}?EIO=4&transport=polling`, { method })).status).toBe(400);
  });
});

describe("connect", () => {
  it("connects to the main namespace", async () => {
    const { socket, next } = await engine();
    socket.send("40");
    const answer = await next();
    expect(Object.keys(JSON.parse(answer.substring(2)))).toEqual(["sid"]);
    expect(await next()).toBe('42["auth",{}]');
    socket.close();
  });
  it("connects to the main namespace with a payload", async () => {
    const { socket, next } = await engine();
    socket.send('40{"token":"123"}');
    expect(await next()).toMatch(/^40\{"sid":/);
    expect(await next()).toBe('42["auth",{"token":"123"}]');
    socket.close();
  });
  it("connects to another namespace", async () => {
    const { socket, next } = await engine();
    socket.send("40/custom,");
    expect(await next()).toMatch(/^40\/custom,\{"sid":/);
    expect(await next()).toBe('42/custom,["auth",{}]');
    socket.close();
  });
  it("connects to another namespace with a payload", async () => {
    const { socket, next } = await engine();
    socket.send('40/custom,{"token":"abc"}');
    expect(await next()).toMatch(/^40\/custom,\{"sid":/);
    expect(await next()).toBe('42/custom,["auth",{"token":"abc"}]');
    socket.close();
  });
  it("refuses an unknown namespace", async () => {
    const { socket, next } = await engine();
    socket.send("40/random");
    expect(await next()).toBe('44/random,{"message":"Invalid namespace"}');
    socket.close();
  });
  it.each(["4abc", '40"x"', "40[1]", '42["message"]', "41"])("closes upon %s instead of CONNECT", async (packet) => {
    const { socket } = await engine();
    socket.send(packet);
    await closed(socket);
  });
  it("closes when no CONNECT comes", async () => {
    const { socket, next } = await engine();
    next();
    const begun = Date.now();
    await closed(socket);
    expect(Date.now() - begun).toBeGreaterThan(900);
  });
});

describe("disconnect", () => {
  it("leaves the namespace, not the connection", async () => {
    const { socket, next } = await connected();
    socket.send("40/custom");
    expect(await next()).toMatch(/^40\/custom,/);
    expect(await next()).toBe('42/custom,["auth",{}]');
    socket.send("41/custom");
    socket.send('42["message","to the main namespace"]');
    expect(await next()).toBe('42["message-back","to the main namespace"]');
    socket.close();
  });
  it("leaves the main namespace, and heartbeats go on", async () => {
    const socket = new WebSocket(`${url.replace("http", "ws")}?EIO=4&transport=websocket`);
    const all = frames(socket);
    await all.next();
    socket.send("40");
    await all.next();
    await all.next();
    socket.send("41");
    expect(await all.next()).toBe("2");
    socket.close();
  });
});

describe("messages", () => {
  it.each([
    ['42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'],
    ['42["message"]', '42["message-back"]'],
    ['42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
  ])("answers %s", async (sent, answer) => {
    const { socket, next } = await connected();
    socket.send(sent);
    expect(await next()).toBe(answer);
    socket.close();
  });
  it("echoes binary", async () => {
    const { socket, next } = await connected();
    socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    socket.send(Uint8Array.from([1, 2, 3]));
    socket.send(Uint8Array.from([4, 5, 6]));
    expect(await next()).toBe('452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    expect(await next()).toEqual(Buffer.from([1, 2, 3]));
    expect(await next()).toEqual(Buffer.from([4, 5, 6]));
    socket.close();
  });
  it("acknowledges binary with binary", async () => {
    const { socket, next } = await connected();
    socket.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    socket.send(Uint8Array.from([1, 2, 3]));
    socket.send(Uint8Array.from([4, 5, 6]));
    expect(await next()).toBe('462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    expect(await next()).toEqual(Buffer.from([1, 2, 3]));
    expect(await next()).toEqual(Buffer.from([4, 5, 6]));
    socket.close();
  });
  it.each(["4abc", "42{}", '42abc["message-with-ack",1,"2",{"3":[false]}]', "42[]", "42[{}]", "42[1]", '4511-["message"]', '43["x"]', `42["message",${"[".repeat(33)}${"]".repeat(33)}]`])(
    "closes upon %s",
    async (packet) => {
      const { socket } = await connected();
      socket.send(packet);
      await closed(socket);
    },
  );
  it("closes upon text where an attachment should be, and upon an attachment that nobody announced", async () => {
    for (const packets of [['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'], [Uint8Array.from([1])]]) {
      const { socket } = await connected();
      for (const packet of packets) socket.send(packet);
      await closed(socket);
    }
  });
  it("closes with 1009 upon more than a megabyte, and takes just less", async () => {
    const { socket, next } = await connected();
    const fits = `42["message","${"x".repeat(999_984)}"]`;
    socket.send(fits);
    expect((await next()).length).toBe(fits.length + 5);
    socket.send(`42["message","${"x".repeat(1_000_000)}"]`);
    expect(await closed(socket)).toBe(1009);
  });
});
