// Starts the real binary on a free port with an empty data directory, and speaks to it as a client would.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { paths } from "./api";

export const binary = process.env.GROVER_BINARY ?? new URL("../../build/release/grover", import.meta.url).pathname;

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

// `tools/with_postgres npm test` runs every server that names no database on PostgreSQL: a data directory has a database
// there, of its name.
const databaseTool = (tool: string, ...args: string[]) =>
  execFileSync(tool, [`--maintenance-db=${process.env.GROVER_TEST_POSTGRES}`, ...args], { stdio: ["ignore", "pipe", "ignore"] });
const nameOf = (data: string) => data.replace(/[^a-zA-Z0-9]+/g, "_").slice(-60);
const dropDatabaseOf = (data: string) => databaseTool("dropdb", "--if-exists", "--force", nameOf(data));
function databaseOf(data: string): string {
  const url = process.env.GROVER_TEST_POSTGRES!.replace(/\/\w+(?=\?)/, `/${nameOf(data)}`);
  if (spawnSync("psql", ["-c", "", url]).status !== 0) databaseTool("createdb", nameOf(data));
  return url;
}

export interface Answer<Json = any> {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

// What openapi.json says that an endpoint answers when it succeeds.
type JsonOf<R> = R extends { content: { "application/json": infer T } } ? T : unknown;
type Success<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & (200 | 201 | 202)]> : never;
type InputOf<O> = O extends { requestBody?: { content: { "application/json": infer T } } } ? T : never;
type Method = "get" | "post" | "put" | "patch" | "delete";

// Somebody who has registered.
export type User = { token: string; id: string; name: string };

export class Grover {
  private constructor(
    readonly url: string,
    readonly data: string,
    private readonly env: Record<string, string>,
    private readonly wrapper: string[],
    private process: ChildProcess,
  ) {}

  // `wrapper`: a command that runs the server, for example under limits.
  static async start(settings: Record<string, string> = {}, { data = mkdtempSync(join(tmpdir(), "grover-contract-")), wrapper = [] as string[] } = {}): Promise<Grover> {
    const port = await freePort();
    mkdirSync(data, { recursive: true });
    const env = {
      PATH: process.env.PATH ?? "",
      DEBUG: "true",
      BACKEND_HOST: "127.0.0.1",
      BACKEND_PORT: String(port),
      GROVER_DATA: data,
      RATE_LIMIT_ENABLED: "false",
      WORKER_THREADS: "2",
      LOG_FORMAT: "json",
      EMAIL_BACKEND: "file",
      ...(process.env.GROVER_TEST_POSTGRES && settings.DATABASE_URL === undefined ? { DATABASE_URL: databaseOf(data) } : {}),
      ...settings,
    };
    const scheme = settings.TLS_CERT_FILE ? "https" : "http";
    const server = new Grover(`${scheme}://127.0.0.1:${port}`, data, env, wrapper, Grover.launch(data, env, wrapper));
    await server.ready();
    return server;
  }

  private static launch(cwd: string, env: Record<string, string>, wrapper: string[]): ChildProcess {
    const [command, ...args] = [...wrapper, binary, "serve"];
    return spawn(command, args, { cwd, env, stdio: "ignore" });
  }

  residentBytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))?.[1]) * 1024;
  }

  // Until /api/ready answers 200; the process ending first is an error.
  private async ready(): Promise<void> {
    for (let attempt = 0; attempt < 600; ++attempt) {
      if (this.process.exitCode !== null) throw new Error(`the server ended with ${this.process.exitCode}`);
      try {
        if ((await fetch(`${this.url}/api/ready`)).status === 200) return;
      } catch {
        // Not listening yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the server did not become ready");
  }

  // Ends the process; start again with startAgain().
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.process.once("exit", (code) => resolve(code)));
    this.process.kill(signal);
    return ended;
  }

  // Ends the process and starts it again on the same data.
  async restart(signal: NodeJS.Signals): Promise<number | null> {
    const code = await this.end(signal);
    await this.startAgain();
    return code;
  }

  async startAgain(): Promise<void> {
    this.process = Grover.launch(this.data, this.env, this.wrapper);
    await this.ready();
  }

  // Settings that count from the next restart on.
  configure(settings: Record<string, string>): void {
    Object.assign(this.env, settings);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) await this.end("SIGKILL");
    if (process.env.GROVER_TEST_POSTGRES) dropDatabaseOf(this.data);
    rmSync(this.data, { recursive: true, force: true });
  }

  log(): string {
    return readFileSync(join(this.data, "log", "grover.log"), "utf8");
  }

  async send(method: string, path: string, init: { token?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...init.headers };
    if (init.token) headers.Authorization = `Bearer ${init.token}`;
    let body: BodyInit | undefined;
    if (init.body instanceof FormData || typeof init.body === "string" || init.body instanceof Uint8Array) {
      body = init.body as BodyInit;
    } else if (init.body !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(init.body);
    }
    const response = await fetch(this.url + path, { method, headers, body, redirect: "manual" });
    const text = await response.text();
    let json: any = null;
    try {
      json = JSON.parse(text);
    } catch {
      // Not every answer is JSON.
    }
    return { status: response.status, headers: response.headers, text, json };
  }

  // An endpoint by its template, with the types that openapi.json gives it; `at` fills in the path.
  async call<P extends keyof paths, M extends Method & keyof paths[P]>(
    method: M,
    path: P,
    token?: string,
    { at = {}, query = "", input }: { at?: Record<string, string>; query?: string; input?: InputOf<paths[P][M]> } = {},
  ): Promise<Answer<Success<paths[P][M]>>> {
    const target = String(path).replace(/\{(\w+)\}/g, (_, name: string) => at[name] ?? `missing_${name}`);
    return this.send(String(method).toUpperCase(), target + query, { token, body: input });
  }

  get = (path: string, token?: string) => this.send("GET", path, { token });
  post = (path: string, token?: string, body?: unknown) => this.send("POST", path, { token, body });
  put = (path: string, token?: string, body?: unknown) => this.send("PUT", path, { token, body });
  delete = (path: string, token?: string) => this.send("DELETE", path, { token });

  // A new account: its token and its id.
  async user(name: string): Promise<User> {
    const answer = await this.post("/api/auth/register", undefined, { email: `${name}@example.com`, password: "correct horse 9", name, username: name });
    if (answer.status !== 201) throw new Error(`register ${name}: ${answer.status} ${answer.text}`);
    return { token: answer.json.session_token, id: answer.json.user_id, name };
  }
}

// A red picture of 8 x 8 pixels.
export const tinyPng = Uint8Array.from(
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAACXBIWXMAAAABAAAAAQBPJcTWAAAAEklEQVR4nGP4y8CAFWEXHbQSAPZwP0G2GkFNAAAAAElFTkSuQmCC", "base64"),
);
