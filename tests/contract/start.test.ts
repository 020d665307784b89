// How the server starts when something is missing: contract/system.md §2, operators' side.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { binary, freePort } from "./server";

it("ends when it is asked to, also while it waits for its data store", async () => {
  const data = mkdtempSync(join(tmpdir(), "grover-contract-"));
  const nobody = await freePort();
  const server = spawn(binary, ["serve"], {
    cwd: data,
    env: { PATH: process.env.PATH ?? "", DEBUG: "true", GROVER_DATA: data, BACKEND_PORT: String(await freePort()), DATABASE_URL: `postgresql://127.0.0.1:${nobody}/none`, LOG_FORMAT: "json" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => server.once("exit", (...how) => resolve(how)));
  let log = "";
  await new Promise<void>((resolve) => {
    server.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("the data store cannot be reached yet")) resolve();
    });
    void ended.then(() => resolve());
  });
  server.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(log).toContain("the data store cannot be reached yet");
  rmSync(data, { recursive: true, force: true });
}, 60_000);
