// Expo's push service as it behaves (docs.expo.dev/push-notifications/sending-notifications): tickets, receipts, errors.
import { createServer, type Server } from "node:http";
import { gunzipSync } from "node:zlib";

export interface ExpoMessage {
  to: string;
  title: string;
  body: string;
  data: Record<string, string>;
  [key: string]: unknown;
}

export class ExpoServer {
  readonly messages: ExpoMessage[] = [];
  readonly batches: ExpoMessage[][] = [];
  readonly authorizations: (string | undefined)[] = [];
  // Tokens that spoil the whole request they are in, tokens that are dead, and failures of the next requests.
  readonly spoiled = new Set<string>();
  readonly dead = new Set<string>();
  readonly failures: ("drop" | "hold" | number | { status: number; retryAfter: number })[] = [];
  private tickets = 0;
  private constructor(private server: Server, readonly url: string) {}

  static async start(): Promise<ExpoServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const expo = new ExpoServer(server, `http://127.0.0.1:${port}`);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const body = JSON.parse((request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString());
      const answer = (status: number, value: unknown, headers = {}) => {
        response.writeHead(status, { "Content-Type": "application/json", ...headers });
        response.end(JSON.stringify(value));
      };
      if (request.url === "/getReceipts") return answer(200, { data: Object.fromEntries((body.ids as string[]).map((id) => [id, { status: "ok" }])) });
      const failure = expo.failures.shift();
      if (failure === "drop") return request.socket.destroy();
      if (typeof failure === "number") return answer(failure, { errors: [{ code: "FAILED" }] }, { "Retry-After": "1" });
      if (typeof failure === "object") return answer(failure.status, { errors: [{ code: "FAILED" }] }, { "Retry-After": String(failure.retryAfter) });
      const messages = body as ExpoMessage[];
      // Taken, and never answered.
      if (failure === "hold") return void expo.messages.push(...messages);
      if (messages.length > 100) return answer(413, { errors: [{ code: "PUSH_TOO_MANY_NOTIFICATIONS" }] });
      if (messages.some((message) => expo.spoiled.has(message.to))) return answer(400, { errors: [{ code: "VALIDATION_ERROR" }] });
      expo.authorizations.push(request.headers.authorization);
      expo.batches.push(messages);
      const data = messages.map((message) => {
        if (expo.dead.has(message.to)) return { status: "error", message: "not registered", details: { error: "DeviceNotRegistered" } };
        expo.messages.push(message);
        return { status: "ok", id: `ticket-${++expo.tickets}` };
      });
      answer(200, { data });
    });
    return expo;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
