// A TCP balancer that knows nothing of sessions: each connection goes to the next server.
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Balancer {
  private next = 0;
  private readonly open = new Set<Socket>();
  private server!: Server;

  private constructor(private targets: { host: string; port: number }[]) {}

  static async start(urls: string[]): Promise<Balancer> {
    const balancer = new Balancer(urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })));
    balancer.server = createServer((client) => balancer.join(client));
    await new Promise<void>((resolve) => balancer.server.listen(0, "127.0.0.1", resolve));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  // New connections no longer go there.
  leaveOut(url: string): void {
    const port = Number(new URL(url).port);
    this.targets = this.targets.filter((target) => target.port !== port);
  }

  private join(client: Socket): void {
    const target = this.targets[this.next++ % this.targets.length];
    const server = connect(target);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      this.open.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
