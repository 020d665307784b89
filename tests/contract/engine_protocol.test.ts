// Engine.IO 4 as the public conformance suite asks for it, against the real binary (contract/realtime.md §1, §2).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Grover } from "./server";
import { closed, frames, opened } from "./websocket";

const pingInterval = 300;
const pingTimeout = 200;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let grover: Grover;
let url: string;
let wsUrl: string;
beforeAll(async () => {
  grover = await Grover.start({ SOCKET_PROTOCOL_TEST: "true" });
  url = `${grover.url}/engine.io/`;
  wsUrl = url.replace("http", "ws");
});
afterAll(() => grover.stop());

const get = (sid: string, init?: RequestInit) => fetch(`${url}?EIO=4&transport=polling&sid=${sid}`, init);
const post = (sid: string, body: BodyInit) => get(sid, { method: "POST", body });

async function session(): Promise<string> {
  const answer = await fetch(`${url}?EIO=4&transport=polling`);
  return JSON.parse((await answer.text()).substring(1)).sid;
}
const websocket = (query = "?EIO=4&transport=websocket") => new WebSocket(wsUrl + query);

describe("handshake", () => {
  it("opens a polling session", async () => {
    const answer = await fetch(`${url}?EIO=4&transport=polling`);
    expect(answer.status).toBe(200);
    const content = await answer.text();
    expect(content.startsWith("0")).toBe(true);
    const value = JSON.parse(content.substring(1));
    expect(Object.keys(value)).toEqual(["sid", "upgrades", "pingTimeout", "pingInterval", "maxPayload"]);
    expect(value).toMatchObject({ upgrades: ["websocket"], pingTimeout, pingInterval, maxPayload: 1_000_000 });
    expect(value.sid).toMatch(/^[A-Za-z0-9_-]{20,}$/);
  });
  it.each(["?transport=polling", "?EIO=abc&transport=polling", "?EIO=3&transport=polling", "?EIO=4", "?EIO=4&transport=abc"])("refuses %s", async (query) => {
    const answer = await fetch(url + query);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await answer.json()).code).toBe(query.includes("transport=polling") ? 5 : 0);
  });
  it.each(["POST", "PUT", "DELETE"])("refuses to open a session by %s", async (method) => {
    const answer = await fetch(`${url}?EIO=4&transport=polling`, { method });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ code: 2, message: "Bad handshake method" });
  });
  it("opens a WebSocket session", async () => {
    const socket = websocket();
    const value = JSON.parse((await frames(socket).next()).substring(1));
    expect(Object.keys(value)).toEqual(["sid", "upgrades", "pingTimeout", "pingInterval", "maxPayload"]);
    expect(value).toMatchObject({ upgrades: [], pingTimeout, pingInterval, maxPayload: 1_000_000 });
    socket.close();
  });
  it.each(["?transport=websocket", "?EIO=abc&transport=websocket", "?EIO=4", "?EIO=4&transport=abc"])("closes a WebSocket with %s", async (query) => {
    await closed(websocket(query));
  });
  it("answers without the trailing slash, too", async () => {
    expect((await fetch(`${url.slice(0, -1)}?EIO=4&transport=polling`)).status).toBe(200);
  });
});

describe("messages", () => {
  it("echoes a text message", async () => {
    const sid = await session();
    const pushed = await post(sid, "4hello");
    expect([pushed.status, await pushed.text()]).toEqual([200, "ok"]);
    const polled = await get(sid);
    expect([polled.status, await polled.text()]).toEqual([200, "4hello"]);
    expect(polled.headers.get("content-type")?.toLowerCase()).toBe("text/plain; charset=utf-8");
  });
  it("echoes several messages", async () => {
    const sid = await session();
    expect((await post(sid, "4test1\x1e4test2\x1e4test3")).status).toBe(200);
    expect(await (await get(sid)).text()).toBe("4test1\x1e4test2\x1e4test3");
  });
  it("echoes text and binary", async () => {
    const sid = await session();
    expect((await post(sid, "4hello\x1ebAQIDBA==")).status).toBe(200);
    expect(await (await get(sid)).text()).toBe("4hello\x1ebAQIDBA==");
  });
  it.each(["abc", "", "7x", "b***"])("ends the session upon %j", async (body) => {
    const sid = await session();
    expect((await post(sid, body)).status).toBe(400);
    expect((await get(sid)).status).toBe(400);
  });
  it("ends the session upon two polls at a time", async () => {
    const sid = await session();
    const [first, second] = await Promise.all([get(sid), sleep(20).then(() => get(sid))]);
    expect([first.status, await first.text()]).toEqual([200, "1"]);
    expect(second.status).toBe(400);
    expect((await get(sid)).status).toBe(400);
  });
  it("ends the session upon a cancelled poll", async () => {
    const sid = await session();
    const controller = new AbortController();
    get(sid, { signal: controller.signal }).catch(() => {});
    await sleep(20);
    controller.abort();
    await sleep(5);
    expect((await post(sid, "4hello")).status).toBe(400);
  });
  it("echoes on a WebSocket, text and binary", async () => {
    const socket = websocket();
    const next = frames(socket);
    await next.next();
    socket.send("4hello");
    expect(await next.next()).toBe("4hello");
    socket.send(Uint8Array.from([1, 2, 3, 4]));
    expect(await next.next()).toEqual(Buffer.from([1, 2, 3, 4]));
    socket.close();
  });
  it("closes a WebSocket upon what is no packet", async () => {
    const socket = websocket();
    await opened(socket);
    socket.send("abc");
    await closed(socket);
  });
});

describe("heartbeat", () => {
  it("asks and is answered by polling", async () => {
    const sid = await session();
    for (let i = 0; i < 3; ++i) {
      expect(await (await get(sid)).text()).toBe("2");
      expect((await post(sid, "3")).status).toBe(200);
    }
  });
  it("gives a silent polling client up at that time", async () => {
    const sid = await session();
    await sleep(pingInterval + pingTimeout);
    expect((await get(sid)).status).toBe(400);
  });
  it("asks and is answered on a WebSocket", async () => {
    const socket = websocket();
    const next = frames(socket);
    await next.next();
    for (let i = 0; i < 3; ++i) {
      expect(await next.next()).toBe("2");
      socket.send("3");
    }
    socket.close();
  });
  it("closes a silent WebSocket", async () => {
    await closed(websocket());
  });
});

describe("close", () => {
  it("ends a polling session", async () => {
    const sid = await session();
    const polling = get(sid);
    await sleep(10);
    expect((await post(sid, "1")).status).toBe(200);
    const polled = await polling;
    expect([polled.status, await polled.text()]).toEqual([200, "6"]);
    expect((await get(sid)).status).toBe(400);
  });
  it("ends a WebSocket session", async () => {
    const socket = websocket();
    await opened(socket);
    socket.send("1");
    await closed(socket);
  });
});

describe("upgrade", () => {
  async function upgrade() {
    const sid = await session();
    const socket = websocket(`?EIO=4&transport=websocket&sid=${sid}`);
    const next = frames(socket);
    await opened(socket);
    socket.send("2probe");
    expect(await next.next()).toBe("3probe");
    socket.send("5");
    return { sid, socket, next };
  }
  it("moves a session to a WebSocket", async () => {
    const { socket, next } = await upgrade();
    socket.send("4hello");
    expect(await next.next()).toBe("4hello");
    socket.close();
  });
  it("answers polling with that sid 400 afterwards", async () => {
    const { sid, socket, next } = await upgrade();
    socket.send("4x");
    await next.next();
    expect((await get(sid)).status).toBe(400);
    expect((await post(sid, "4hello")).status).toBe(400);
    socket.send("4hello");
    expect(await next.next()).toBe("4hello");
    socket.close();
  });
  it("closes a second WebSocket with that sid", async () => {
    const { sid, socket, next } = await upgrade();
    await closed(websocket(`?EIO=4&transport=websocket&sid=${sid}`));
    socket.send("4hello");
    expect(await next.next()).toBe("4hello");
    socket.close();
  });
});
