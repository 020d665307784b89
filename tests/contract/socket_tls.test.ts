// Sockets over TLS: the same, with bytes that arrive in records of their own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeCertificate } from "./certificate";
import { Grover } from "./server";

let grover: Grover;
let directory: string;
const sockets: Socket[] = [];
const connect = (transport: string) => {
  const socket = io(grover.url, { transports: [transport], forceNew: true, rejectUnauthorized: false });
  sockets.push(socket);
  return socket;
};

beforeAll(async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // the certificate is our own
  directory = mkdtempSync(join(tmpdir(), "grover-tls-"));
  grover = await Grover.start({ SOCKET_PROTOCOL_TEST: "true", ...makeCertificate(directory) });
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await grover.stop();
  rmSync(directory, { recursive: true });
});

it.each(["polling", "websocket"])("carries small and large events both ways by %s", async (transport) => {
  const socket = connect(transport);
  for (const size of [1, 16_383, 16_384, 16_385, 70_000, 900_000]) {
    const text = "x".repeat(size);
    expect(await socket.timeout(10_000).emitWithAck("message-with-ack", text)).toBe(text);
  }
  const many = await Promise.all(Array.from({ length: 90 }, (_, n) => socket.timeout(10_000).emitWithAck("message-with-ack", n)));
  expect(many).toEqual(Array.from({ length: 90 }, (_, n) => n));
});

it("upgrades", async () => {
  const socket = io(grover.url, { forceNew: true, rejectUnauthorized: false });
  sockets.push(socket);
  // From "open" on: the upgrade may be over before the namespace answers "connect".
  await new Promise<void>((resolve) => socket.io.on("open", () => socket.io.engine.once("upgrade", () => resolve())));
  expect(await socket.emitWithAck("message-with-ack", 1)).toBe(1);
});
