// The parent's side of sentry_server.mjs.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export interface SentryRequest {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  text: string;
  header: any;
  items: [any, any][];
  connection: number;
}
export type SentryAnswer = "hang" | { status: number; headers?: Record<string, string> };

export class SentryServer {
  readonly requests: SentryRequest[] = [];
  private constructor(private child: ChildProcess, readonly port: number) {}

  static async start(port = 0): Promise<SentryServer> {
    const child = fork(new URL("./sentry_server.mjs", import.meta.url).pathname, [String(port)]);
    const [{ port: taken }] = (await once(child, "message")) as [{ port: number }];
    const server = new SentryServer(child, taken);
    child.on("message", ({ request }: { request?: SentryRequest }) => request && server.requests.push(request));
    return server;
  }

  dsn = (secret = "dsn-s3cret") => `http://publickey:${secret}@127.0.0.1:${this.port}/prefix/42`;

  // Holds for every request that is taken from now on.
  async answer(answer: SentryAnswer): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      const listen = (message: { answers?: true }) => {
        if (!message.answers) return;
        this.child.off("message", listen);
        resolve();
      };
      this.child.on("message", listen);
    });
    this.child.send({ answer });
    await heard;
  }

  // Every event that came, oldest first.
  get events(): any[] {
    return this.requests.flatMap((request) => request.items.filter(([item]) => item.type === "event").map(([, event]) => event));
  }
  get discarded(): { reason: string; category: string; quantity: number }[] {
    return this.requests.flatMap((request) => request.items.filter(([item]) => item.type === "client_report").flatMap(([, report]) => report.discarded_events));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

// Until `what` gives something. The test's own limit ends it: machines are as slow as they are.
export async function until<T>(what: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const got = await what();
    if (got) return got;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
