// A PostgreSQL of one's own, that can be stopped and started again. Needs root (it runs as user postgres) and Debian's server.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";

const bin = "/usr/lib/postgresql/15/bin";
const asPostgres = ["--reuid=postgres", "--regid=postgres", "--init-groups"];

export class Postgres {
  static isPossible = process.getuid?.() === 0 && existsSync(`${bin}/initdb`);
  readonly home = mkdtempSync("/tmp/grover-pg-");
  readonly url = `postgresql://grover@/grover?host=${this.home}`;

  constructor() {
    execFileSync("chown", ["postgres", this.home]);
    this.run("initdb", "-D", `${this.home}/data`, "-U", "grover", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
    this.start();
    this.run("createdb", "-h", this.home, "-U", "grover", "grover");
  }

  private run(program: string, ...args: string[]): void {
    execFileSync("setpriv", [...asPostgres, `${bin}/${program}`, ...args], { stdio: "ignore", cwd: this.home });
  }
  private control(...what: string[]): void {
    this.run("pg_ctl", "-D", `${this.home}/data`, "-w", "-l", `${this.home}/log`, ...what);
  }
  start(): void {
    this.control("-o", `-k ${this.home} -h ''`, "start");
  }
  crash(): void {
    this.control("-m", "immediate", "stop");
  }
  remove(): void {
    spawnSync("setpriv", [...asPostgres, `${bin}/pg_ctl`, "-D", `${this.home}/data`, "-m", "immediate", "stop"], { cwd: this.home });
    rmSync(this.home, { recursive: true, force: true });
  }
}
