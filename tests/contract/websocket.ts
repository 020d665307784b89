// A raw WebSocket, frame by frame.
import type WebSocket from "ws";

export const opened = (socket: WebSocket) => new Promise<void>((resolve, reject) => (socket.once("open", resolve), socket.once("error", reject)));

// Resolves with the code, also when the handshake is refused.
export const closed = (socket: WebSocket) =>
  new Promise<number>((resolve) => {
    socket.on("error", () => {});
    socket.once("close", resolve);
  });

// Every frame in turn: text as a string, binary as a Buffer. Waits for one that has not come yet.
export function frames(socket: WebSocket): { next(): Promise<any> } {
  const waiting: ((frame: unknown) => void)[] = [];
  const come: unknown[] = [];
  socket.on("error", () => {});
  socket.on("message", (data: Buffer, binary: boolean) => {
    const frame = binary ? data : data.toString();
    const taker = waiting.shift();
    if (taker) taker(frame);
    else come.push(frame);
  });
  return {
    next: () => (come.length > 0 ? Promise.resolve(come.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}
