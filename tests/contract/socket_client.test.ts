// The official JavaScript client, in Node and in Chromium, against the real binary: what applications rely on.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
beforeAll(async () => {
  grover = await Grover.start({ SOCKET_PROTOCOL_TEST: "true", ALLOWED_ORIGINS: "*" });
});
afterAll(() => grover.stop());

// What runs in both places: given `io` and a URL, it returns what the test expects. No names from outside.
type Options = Partial<ManagerOptions & SocketOptions>;
type Scene = (connect: (options?: Options) => Socket) => Promise<unknown>;

const scenes: Record<string, { run: Scene; expected: unknown; inNode?: false }> = {
  "connects by polling and upgrades, losing nothing": {
    run: async (connect) => {
      const socket = connect({ transports: ["polling", "websocket"] });
      const heard: number[] = [];
      socket.on("message-back", (n) => heard.push(n));
      // From "open" on: the upgrade may be over before the namespace answers "connect".
      const upgraded = new Promise<string>((resolve) => socket.io.on("open", () => socket.io.engine.once("upgrade", (t: any) => resolve(t.name))));
      for (let i = 0; i < 200; ++i) {
        socket.emit("message", i);
        if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const transport = await upgraded;
      const last = await socket.emitWithAck("message-with-ack", "done");
      while (heard.length < 200) await new Promise((resolve) => setTimeout(resolve, 5));
      return { transport, last: Array.isArray(last) ? last[0] : last, inOrder: heard.every((n, i) => n === i), count: heard.length };
    },
    expected: { transport: "websocket", last: "done", inOrder: true, count: 200 },
  },
  "stays on polling when it may not upgrade": {
    run: async (connect) => {
      const socket = connect({ transports: ["polling"] });
      const answers = await Promise.all([1, 2, 3].map((n) => socket.emitWithAck("message-with-ack", n)));
      return { answers, transport: socket.io.engine.transport.name };
    },
    expected: { answers: [1, 2, 3], transport: "polling" },
  },
  "falls back to polling": {
    run: async (connect) => {
      const socket = connect({ transports: ["webtransport", "polling"] as any, tryAllTransports: true } as any);
      return socket.emitWithAck("message-with-ack", "here");
    },
    expected: "here",
    // Node has no WebTransport, and there the client loses the error before it listens for it.
    inNode: false,
  },
  "sends its payload": {
    run: async (connect) => {
      const socket = connect({ auth: { token: "123" } });
      return new Promise((resolve) => socket.on("auth", resolve));
    },
    expected: { token: "123" },
  },
  "sends and gets binary, by both transports": {
    run: async (connect) => {
      const out: unknown[] = [];
      for (const transport of ["polling", "websocket"]) {
        const socket = connect({ transports: [transport] });
        const back = await new Promise<any>((resolve) => {
          socket.on("message-back", (...args) => resolve(args));
          socket.emit("message", { a: new Uint8Array([1, 2, 3]) }, new Uint8Array([4, 5]), "text");
        });
        out.push([[...new Uint8Array(back[0].a)], [...new Uint8Array(back[1])], back[2]]);
        const acked = await socket.emitWithAck("message-with-ack", new Uint8Array([6]));
        out.push([...new Uint8Array(acked)]);
        socket.disconnect();
      }
      return out;
    },
    expected: [[[1, 2, 3], [4, 5], "text"], [6], [[1, 2, 3], [4, 5], "text"], [6]],
  },
  "times out on an ack that does not come": {
    run: async (connect) => {
      const socket = connect();
      const error = await socket
        .timeout(50)
        .emitWithAck("nobody answers this")
        .catch((e: Error) => e.message);
      return { error, still: await socket.timeout(2_000).emitWithAck("message-with-ack", 1) };
    },
    expected: { error: "operation has timed out", still: 1 },
  },
  "sends volatile events when connected, and drops them when not": {
    run: async (connect) => {
      const socket = connect({ autoConnect: false });
      const heard: string[] = [];
      socket.on("message-back", (text) => heard.push(text));
      socket.volatile.emit("message", "lost");
      socket.emit("message", "kept");
      socket.connect();
      await socket.emitWithAck("message-with-ack", 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.volatile.emit("message", "volatile");
      await socket.emitWithAck("message-with-ack", 1);
      return heard;
    },
    expected: ["kept", "volatile"],
  },
  "comes back by itself when its connection is cut, and not when it has left": {
    run: async (connect) => {
      const socket = connect({ reconnectionDelay: 10, reconnectionDelayMax: 20 });
      const reasons: string[] = [];
      await new Promise<void>((resolve) => socket.once("connect", resolve));
      const first = socket.id;
      socket.on("disconnect", (reason) => reasons.push(reason));
      const again = new Promise<void>((resolve) => socket.once("connect", resolve));
      socket.io.engine.close();
      await again;
      const other = socket.id !== first;
      const answer = await socket.emitWithAck("message-with-ack", "back");
      socket.disconnect();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { other, answer, reasons, connected: socket.connected };
    },
    expected: { other: true, answer: "back", reasons: ["forced close", "io client disconnect"], connected: false },
  },
  "uses two namespaces on one connection": {
    run: async (connect) => {
      const main = connect();
      const custom = main.io.socket("/custom");
      custom.connect();
      const one = await main.emitWithAck("message-with-ack", 1);
      const two = await custom.emitWithAck("message-with-ack", 2);
      custom.disconnect();
      return { one, two, three: await main.emitWithAck("message-with-ack", 3), connected: main.connected };
    },
    expected: { one: 1, two: 2, three: 3, connected: true },
  },
  "is told of an unknown namespace": {
    run: async (connect) => {
      const main = connect();
      const other = main.io.socket("/nothing");
      other.connect();
      return new Promise((resolve) => other.on("connect_error", (error) => resolve(error.message)));
    },
    expected: "Invalid namespace",
  },
  "answers heartbeats for as long as it likes": {
    run: async (connect) => {
      const socket = connect();
      let lost = 0;
      socket.on("disconnect", () => ++lost);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return { lost, answer: await socket.emitWithAck("message-with-ack", 1) };
    },
    expected: { lost: 0, answer: 1 },
  },
};

describe("in Node", () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  const connect = (options: Options = {}) => {
    const socket = io(grover.url, { forceNew: true, ...options });
    sockets.push(socket);
    return socket;
  };
  for (const [name, { run, expected, inNode = true }] of Object.entries(scenes))
    it.skipIf(!inNode)(name, async () => expect(await run(connect)).toEqual(expected));

  it("comes back within ten seconds of a restart, which cuts connections instead of ending them", async () => {
    const socket = connect({ reconnectionDelay: 100, reconnectionDelayMax: 500 });
    // Who is cut in the middle of an upgrade sees one of several ends.
    const upgraded = new Promise<void>((resolve) => socket.io.on("open", () => socket.io.engine.once("upgrade", () => resolve())));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    await upgraded;
    const reason = new Promise((resolve) => socket.once("disconnect", resolve));
    const again = new Promise<void>((resolve) => socket.once("disconnect", () => socket.once("connect", resolve)));
    const begun = Date.now();
    expect(await grover.restart("SIGTERM")).toBe(0);
    expect(await reason).toBe("transport close");
    await again;
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});

const executablePath = "/usr/bin/chromium";
describe.skipIf(!existsSync(executablePath))("in Chromium", () => {
  // A page of another origin than the server's: answers need their CORS headers.
  const pages = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>"));
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
    const client = new URL("node_modules/socket.io-client/dist/socket.io.min.js", import.meta.url);
    await page.addScriptTag({ content: readFileSync(client, "utf8") });
  });
  afterAll(async () => {
    await browser?.close();
    pages.close();
  });

  for (const [name, { run, expected }] of Object.entries(scenes)) {
    it(name, async () => {
      const result = await page.evaluate(
        async ([source, url]) => {
          const sockets: any[] = [];
          const connect = (options = {}) => {
            const socket = (globalThis as any).io(url, { forceNew: true, ...options });
            sockets.push(socket);
            return socket;
          };
          const value = await (0, eval)(`(${source})`)(connect);
          for (const socket of sockets) socket.disconnect();
          return value;
        },
        [run.toString(), grover.url],
      );
      expect(result).toEqual(expected);
    });
  }
});
