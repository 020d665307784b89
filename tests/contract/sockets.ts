// The official client, with waits instead of callbacks.
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";

export type Options = Partial<ManagerOptions & SocketOptions>;

const patience = 10_000;

export class Client {
  private readonly heard: { name: string; payload: any }[] = [];
  private waiting: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((name, payload) => {
      this.heard.push({ name, payload });
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  static open(url: string, options: Options = {}): Client {
    return new Client(io(url, { transports: ["websocket"], reconnection: false, forceNew: true, ...options }));
  }

  // Connected and told `ready`, or the message of the refusal is thrown.
  static async connect(url: string, options: Options = {}): Promise<Client> {
    const client = Client.open(url, options);
    await new Promise<void>((resolve, reject) => {
      client.socket.once("connect", () => resolve());
      client.socket.once("connect_error", (error: any) => reject(error));
    });
    return client;
  }

  // The next event of that name that was not asked for yet.
  async next(name: string, matches: (payload: any) => boolean = () => true, limit = patience): Promise<any> {
    const end = Date.now() + limit;
    for (;;) {
      const at = this.heard.findIndex((event) => event.name === name && matches(event.payload));
      if (at >= 0) return this.heard.splice(at, 1)[0].payload;
      if (Date.now() > end) throw new Error(`no ${name}; heard ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  // What came so far, taken away.
  take(name: string): any[] {
    const found = this.heard.filter((event) => event.name === name).map((event) => event.payload);
    for (let i = this.heard.length; i-- > 0; ) if (this.heard[i].name === name) this.heard.splice(i, 1);
    return found;
  }

  ask(name: string, payload: unknown = {}): Promise<any> {
    return this.socket.timeout(patience).emitWithAck(name, payload);
  }

  // A question whose answer comes behind everything that was sent to this socket before.
  async settled(): Promise<void> {
    await this.ask("ping");
  }

  async disconnected(): Promise<string> {
    if (this.socket.disconnected) return "already";
    return new Promise((resolve) => this.socket.once("disconnect", (reason) => resolve(reason)));
  }

  close(): void {
    this.socket.disconnect();
  }
}

export const authorized = (token: string, more: Options = {}): Options => ({ auth: { token }, ...more });

// The value of Set-Cookie as a browser sends it back.
export const cookieOf = (headers: Headers): string => (headers.get("set-cookie") ?? "").split(";")[0];
