// The whole binary under bad input and in bad company: contract/system.md §2, media.md §3, "Must not happen".
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, operations } from "./openapi";
import { Postgres } from "./postgres";
import { expectInTime } from "./in_time";
import { Grover, tinyPng } from "./server";

let grover: Grover;
let ada: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
});
afterAll(() => grover.stop());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// A connection of one's own: bytes out, everything that comes back, and whether the other end hung up.
class Raw {
  text = "";
  closed = false;
  private constructor(readonly socket: Socket) {
    socket.on("data", (bytes) => (this.text += bytes.toString("latin1")));
    socket.on("close", () => (this.closed = true));
    socket.on("error", () => (this.closed = true));
  }
  static open(to: Grover): Promise<Raw> {
    const { hostname, port } = new URL(to.url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Raw(socket)));
      socket.once("error", reject);
    });
  }
  async until(done: (raw: Raw) => boolean, ms: number): Promise<boolean> {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (done(this)) return true;
    return done(this);
  }
  status = () => Number(/^HTTP\/1\.1 (\d{3})/.exec(this.text)?.[1] ?? 0);
}

const lives = async (server: Grover) => expect((await server.get("/health")).status).toBe(200);

// One multipart body with one file.
function form(file: Uint8Array, { name = "file", type = "", fileName = "a" } = {}): { body: Uint8Array; headers: Record<string, string> } {
  const head = `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n${type ? `Content-Type: ${type}\r\n` : ""}\r\n`;
  return { body: Buffer.concat([Buffer.from(head), file, Buffer.from("\r\n--b--\r\n")]), headers: { "Content-Type": "multipart/form-data; boundary=b" } };
}
const upload = (file: Uint8Array, options = {}) => grover.send("POST", "/api/media/upload", { token: ada.token, ...form(file, options) });

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const crc = body.reduce((c, byte) => crcTable[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff;
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc >>> 0, 4 + body.length);
  return out;
}
// A picture of any size in a few bytes, as far as its header says.
function png(width: number, height: number, data = Buffer.from("789c63000000010001", "hex")): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

describe("text and numbers", () => {
  const create = (body: string | Uint8Array, type = "application/json") => grover.send("POST", "/api/posts", { token: ada.token, body, headers: { "Content-Type": type } });

  it("refuses broken UTF-8, deep JSON and what is no JSON with 422, and stores nothing", async () => {
    const broken = Buffer.concat([Buffer.from('{"content":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]);
    const bodies: [string | Uint8Array, string?][] = [
      [broken],
      ["{"],
      ["[]"],
      ['{"content":1}'],
      ['{"content":{"$ne":1}}'],
      ['{"content":"\\ud800"}'],
      [`${"[".repeat(33)}${"]".repeat(33)}`],
      [`{"content":${"[".repeat(40)}${"]".repeat(40)}}`],
      ["content=%ff%fe", "application/x-www-form-urlencoded"],
      ['{"content":"x"', "application/json; charset=utf-8"],
    ];
    for (const [body, type] of bodies) {
      const answer = await create(body, type);
      expect(answer.status, `${body} ${answer.text}`).toBe(422);
      expect(answer.json.code).toBe("invalid_input");
    }
    expect((await grover.get("/api/posts/me", ada.token)).json).toEqual([]);
  });

  it("refuses text that is too long, never cuts it, and takes text of exactly the limit", async () => {
    expect((await create(JSON.stringify({ content: "ä".repeat(5_001) }))).status).toBe(422);
    const longest = await create(JSON.stringify({ content: "😀".repeat(5_000) }));
    expect(longest.status).toBe(200);
    expect([...longest.json.post.content]).toHaveLength(5_000);
    await grover.delete(`/api/posts/${longest.json.post_id}`, ada.token);
  });

  it("takes any number for limit and skip, and refuses what is none", async () => {
    for (const value of ["-1", "0", "101", "999999999999999999999999", "-99999999999999999999"]) {
      const answer = await grover.get(`/api/posts?limit=${value}&skip=${value}`, ada.token);
      expect(answer.status, value).toBe(200);
    }
    for (const value of ["abc", "1.5", "1e3", "%00", "０"]) expect((await grover.get(`/api/posts?limit=${value}`, ada.token)).status, value).toBe(422);
    expect((await grover.get("/api/posts?cursor=forged", ada.token)).json).toMatchObject({ detail: "Invalid cursor", code: "validation_error" });
    expect((await grover.get(`/api/posts?cursor=${"x".repeat(600)}`, ada.token)).status).toBeLessThan(500);
  });

  it("takes any word for a tag, and refuses what has none in it", async () => {
    for (const operation of operations.filter(({ parameters }) => parameters.includes("tag"))) {
      for (const [tag, status] of [["session_id_of_another_kind", 200], ["%23Word", 200], ["%00", 400], ["%20", 400], ["!!", 400], ["x".repeat(51), 400], ["%ff", 422]] as [string, number][]) {
        const answer = await grover.send(operation.method, at(operation.path, { tag }), { token: ada.token });
        expect(answer.status, `${operation.method} ${operation.path} ${tag} ${answer.text}`).toBe(status);
      }
    }
  });

  it("answers ids of other kinds and malformed ones on every route by the rule", async () => {
    for (const operation of operations.filter(({ parameters, operation }) => operation.security?.length === 1 && parameters.length > 0 && !parameters.includes("tag"))) {
      for (const [value, statuses] of [
        ["session_id_of_another_kind", [403, 404, 405, 400, 422]],
        // Names and words that people chose have no form of an id: they name nothing.
        ["no%20id", operation.parameters.some((name) => !name.endsWith("_id") || name === "category_id") ? [400, 404, 422, 403] : [400, 422, 403]],
        ["%00", [400, 404, 422, 403]],
        ["x".repeat(51), [400, 404, 422, 403]],
        ["..%2f..%2fetc%2fpasswd", [400, 404, 422, 403]],
      ] as [string, number[]][]) {
        const target = at(operation.path, Object.fromEntries(operation.parameters.map((name) => [name, value])));
        const answer = await grover.send(operation.method, target, { token: ada.token, ...(operation.method === "GET" ? {} : { body: {} }) });
        // An own thing may be answered as if it were there only where the id names nothing to look up.
        if (answer.status < 300) expect(operation.method, `${target} ${answer.text}`).toBe("DELETE");
        else expect(statuses, `${operation.method} ${target} ${answer.text}`).toContain(answer.status);
      }
    }
  });
});

describe("files", () => {
  it("decides by the bytes: what lies about its type is refused, and nothing is stored", async () => {
    const refused: [string, Uint8Array, string][] = [
      ["html", Buffer.from("<html><script>alert(1)</script></html>"), "image/png"],
      ["svg", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), "image/jpeg"],
      ["pdf", Buffer.from("%PDF-1.7\n"), "image"],
      ["zip", Buffer.from("504b0304140000000000", "hex"), "video/mp4"],
      ["elf", Buffer.from("7f454c460201010000", "hex"), ""],
      ["html as html", Buffer.from("<html>"), "text/html"],
      ["a picture that calls itself a text", tinyPng, "text/plain"],
    ];
    for (const [name, bytes, type] of refused) {
      const answer = await upload(bytes, { type });
      expect(answer.status, `${name} ${answer.text}`).toBe(400);
      expect(answer.json.code).toBe("file_upload_error");
      expect(answer.json.detail).toMatch(/^File type not allowed\. Allowed types: image\/jpeg, image\/png, /);
    }
    expect((await upload(Buffer.alloc(0))).json).toMatchObject({ detail: "Empty file", code: "file_upload_error" });
    // The apps' own uploads: a bare word for a type.
    expect((await upload(tinyPng, { type: "image", fileName: "media_upload" })).status).toBe(200);
    expect((await upload(tinyPng, { type: "image/jpeg", fileName: "../../x.jpg" })).json.mime).toMatch(/^image\//);
  });

  it("refuses pixel bombs and damaged pictures quickly", async () => {
    const begun = Date.now();
    for (const bytes of [png(100_000, 100_000), png(16_385, 1), png(12_000, 12_000), png(0, 10), png(8, 8), tinyPng.subarray(0, 60), Buffer.from("ffd8ffe000104a464946", "hex")]) {
      const answer = await upload(bytes);
      expect(answer.status, answer.text).toBe(400);
      expect(answer.json.detail).toBe("File is damaged or not supported");
    }
    expect(Date.now() - begun).toBeLessThan(10_000);
    await lives(grover);
  });

  it("stops reading a file over 50 MB, says why, and keeps nothing of it", async () => {
    const raw = await Raw.open(grover);
    const size = 60 * 1024 * 1024;
    raw.socket.write(
      `POST /api/media/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${size}\r\n\r\n` +
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
    );
    const piece = Buffer.alloc(1024 * 1024, 1);
    for (let i = 0; i < 51; ++i) await new Promise((resolve) => raw.socket.write(piece, resolve));
    expect(await raw.until(() => raw.status() > 0, 3_000)).toBe(true);
    expect(raw.status()).toBe(400);
    expect(raw.text).toContain("File too large. Maximum size: 50MB");
    expect(raw.text.toLowerCase()).toContain("connection: close");
    raw.socket.destroy();
  });

  it("answers 413 to requests that say they are too large, before their bytes come", async () => {
    for (const [path, type, length] of [
      ["/api/media/upload", "multipart/form-data; boundary=b", 200 * 1024 * 1024],
      ["/api/media/upload", "application/json", 80 * 1024 * 1024],
      ["/api/auth/login", "application/json", 2 * 1024 * 1024],
      ["/api/nope", "application/json", 700 * 1024 * 1024],
    ]) {
      const raw = await Raw.open(grover);
      raw.socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`);
      expect(await raw.until(() => raw.status() > 0, 3_000), String(path)).toBe(true);
      expect(raw.status(), String(path)).toBe(413);
      raw.socket.destroy();
    }
    const raw = await Raw.open(grover);
    raw.socket.write(`PUT /api/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer gst_wrong\r\nContent-Type: application/json\r\nContent-Length: 734003210\r\n\r\n`);
    expect(await raw.until(() => raw.status() > 0, 3_000)).toBe(true);
    expect(raw.status()).toBe(413);
    raw.socket.destroy();
  });

  it("takes pictures as base64 in JSON, as data URI or raw, also large ones, and refuses the rest", async () => {
    const send = (media_url: string) => grover.send("POST", "/api/media/upload", { token: ada.token, body: { media_url } });
    const text = Buffer.from(tinyPng).toString("base64");
    for (const good of [text, `data:image/png;base64,${text}`, Buffer.from(tinyPng).toString("base64url"), `\n${text.slice(0, 20)}\r\n${text.slice(20)}`]) {
      const answer = await send(good);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json.url).toMatch(/^http/);
    }
    for (const bad of ["[object Object]", "https://evil.example/x.png", "data:image/png,notbase64"]) expect((await send(bad)).status, bad).toBe(422);
    expect((await send(Buffer.from("<html>").toString("base64"))).status).toBe(400);
    // One byte over 50 MB behind base64, more than a body may have, and broken base64 of some megabytes.
    expect((await send(Buffer.alloc(50 * 1024 * 1024 + 1, 1).toString("base64"))).json).toMatchObject({ detail: "File too large. Maximum size: 50MB" });
    expect((await send(Buffer.alloc(53 * 1024 * 1024, 1).toString("base64"))).status).toBe(413);
    expect((await send(`${"A".repeat(3_000_000)}!${"A".repeat(100)}`)).status).toBe(422);
  });
});

describe("a profile picture", () => {
  it("comes as a file or as base64 in its place, and what is neither is 422", async () => {
    const bob = await grover.user("bob");
    const send = (field: string, value: string) => {
      const parts = new FormData();
      parts.set(field, value);
      return grover.send("POST", "/api/users/me/picture", { token: bob.token, body: parts });
    };
    const text = Buffer.from(tinyPng).toString("base64");
    for (const [field, value] of [["profile_picture", text], ["picture", `data:image/png;base64,${text}`], ["file", text]]) {
      const answer = await send(field, value);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json.picture).toMatch(/^http.*\.jpg$/);
    }
    expect((await grover.post("/api/users/me/picture", bob.token, { image: text })).status).toBe(200);
    const kept = (await grover.get("/api/auth/me", bob.token)).json.picture;
    for (const value of ["[object Object]", "https://evil.example/x.png"]) expect((await send("image", value)).status, value).toBe(422);
    expect((await send("image", Buffer.alloc(10 * 1024 * 1024 + 1, 1).toString("base64"))).json).toMatchObject({ detail: "File too large. Maximum size: 10MB" });
    expect((await grover.get("/api/auth/me", bob.token)).json.picture).toBe(kept);
  });
});

describe("media of communities, groups and stories", () => {
  const text = Buffer.from(tinyPng).toString("base64");
  const form = (fields: Record<string, string>) => {
    const parts = new FormData();
    for (const [name, value] of Object.entries(fields)) parts.set(name, value);
    return parts;
  };

  it("comes as base64 where a file belongs, in JSON and in a form; what is no file is 422 and makes nothing", async () => {
    const fay = await grover.user("fay");
    const community = (await grover.post("/api/communities/create", fay.token, { name: "Own", description: "x" })).json.community_id;
    const cases: [string, string, string[], Record<string, string>, string][] = [
      ["POST", "/api/communities/create", ["cover_image", "image"], { name: "n", description: "d" }, "cover_image"],
      ["PUT", `/api/communities/${community}`, ["cover_image", "image"], { name: "n" }, "cover_image"],
      ["POST", `/api/communities/${community}/posts`, ["media", "file", "media_url"], { content: "" }, "media_url"],
      ["POST", "/api/groups/create", ["photo"], { name: "n", member_ids: fay.id }, "photo"],
      ["POST", "/api/stories", ["media", "file"], {}, "media_url"],
    ];
    const counts = async () => {
      const [mine, posts, groups, stories] = await Promise.all(
        ["/api/communities/mine", `/api/communities/${community}/posts`, "/api/groups", "/api/stories/me"].map((path) => grover.get(path, fay.token)));
      return [mine.json.length, posts.json.length, groups.json.length, stories.json.total, (await grover.get(`/api/communities/${community}`, fay.token)).json.name];
    };
    for (const [method, path, fields, others, shown] of cases) {
      const send = (field: string, value: unknown, as: "json" | "form") =>
        grover.send(method, path, { token: fay.token, body: as === "json" ? { ...others, [field]: value } : form({ ...others, [field]: String(value) }) });
      const before = await counts();
      for (const as of ["json", "form"] as const) {
        for (const field of fields) {
          for (const bad of ["[object Object]", "@@", "https://evil.example/x.png"]) {
            const answer = await send(field, bad, as);
            expect(answer.status, `${path} ${field} ${bad} ${answer.text}`).toBe(422);
          }
        }
        const broken = await send(fields[0], `${"A".repeat(3_000_000)}!`, as);
        expect(broken.status, `${path} ${broken.text}`).toBe(422);
        expect((await send(fields[0], Buffer.from("<html>").toString("base64"), as)).status, path).toBe(400);
        expect((await send(fields[0], "A".repeat(3_000_000), as)).json.detail, path).toContain("File type not allowed");
      }
      expect((await send(fields[0], "[object Object]", "form")).json.detail[0].msg).toBe(`${fields[0]} is not a file`);
      expect((await send(fields[0], {}, "json")).status).toBe(422);
      expect(await counts(), path).toEqual(before);
      for (const as of ["json", "form"] as const) {
        for (const field of fields) {
          for (const good of [text, `data:image/png;base64,${text}`]) {
            const answer = await send(field, good, as);
            expect(answer.status, `${path} ${field} ${answer.text}`).toBe(200);
            expect(answer.json[shown], `${path} ${field}`).toMatch(/^http/);
            expect((await fetch(answer.json[shown])).status).toBe(200);
          }
        }
      }
    }
  });

  it("is taken by its URL from whoever uploaded it here, and from nowhere else", async () => {
    const url = (await grover.send("POST", "/api/media/upload", { token: ada.token, body: { media_url: text } })).json.url as string;
    const post = (media_url: string) => grover.post("/api/posts", ada.token, { content: "x", media_url });
    const path = new URL(url).pathname;
    for (const host of ["http://evil.example", "https://localhost.evil.example", "http://localhost@evil.example", ""]) expect((await post(host + path)).status, host).toBe(422);
    for (const host of ["http://localhost:1", "https://10.0.2.2:8001"]) expect((await post(host + path)).status, host).toBe(200);
    expect((await post(url)).status).toBe(200);
    for (const inserted of ["..", "%2e%2e", ".%2e", "a%2fb", "%2f", "..%2f..", "a%00b", "%5c"]) {
      const raw = await Raw.open(grover);
      raw.socket.write(`GET ${path.replace("/upload/", `/upload/${inserted}/`)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      expect(await raw.until(() => raw.status() > 0, 3_000)).toBe(true);
      expect(raw.status(), inserted).toBe(404);
      raw.socket.destroy();
    }
  });
});

describe("connections", () => {
  it("tells a page why its request cannot be read", async () => {
    for (const [head, status] of [
      [`GET /api/nope?${"a".repeat(9_000)} HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n\r\n`, 414],
      [`GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\nX: ${"a".repeat(40_000)}\r\n\r\n`, 431],
      ["GET / HTTP/1.1\r\nOrigin: https://app.example\r\n\r\n", 400],
    ] as const) {
      const raw = await Raw.open(grover);
      raw.socket.write(head);
      expect(await raw.until(() => raw.status() > 0, 3_000)).toBe(true);
      expect(raw.status()).toBe(status);
      expect(raw.text.toLowerCase()).toContain("access-control-allow-origin: *");
      raw.socket.destroy();
    }
  });

  it("refuses what two servers could read differently, and cut off bodies change nothing", async () => {
    const broken = [
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    for (const bytes of broken) {
      const raw = await Raw.open(grover);
      raw.socket.write(Buffer.from(bytes, "latin1"));
      raw.socket.end();
      expect(await raw.until(() => raw.closed || raw.status() > 0, 12_000), bytes).toBe(true);
      if (raw.status() > 0) expect([400, 404, 422], bytes).toContain(raw.status());
      raw.socket.destroy();
    }
    const before = (await grover.get("/api/posts/me", ada.token)).text;
    const raw = await Raw.open(grover);
    raw.socket.write(`POST /api/posts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"content":"half`);
    raw.socket.end();
    await raw.until(() => raw.closed, 5_000);
    expect((await grover.get("/api/posts/me", ada.token)).text).toBe(before);
  });

  it("lets slow senders go: a head has 10 s, a body 1 KiB/s after 30 s", async () => {
    const head = await Raw.open(grover);
    head.socket.write("GET /health HTTP/1.1\r\nHo");
    const body = await Raw.open(grover);
    body.socket.write(`POST /api/posts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`);
    const drip = setInterval(() => body.socket.write("x"), 500);
    expect(await head.until(() => head.closed || head.status() === 408, 15_000)).toBe(true);
    await lives(grover);
    expect(await body.until(() => body.closed || body.status() > 0, 45_000)).toBe(true);
    clearInterval(drip);
    expect([0, 400, 408]).toContain(body.status());
    head.socket.destroy();
    body.socket.destroy();
  }, 90_000);

  it("holds 10,000 idle connections in a little memory, and answers beside them", async () => {
    const limit = Number(spawnSync("sh", ["-c", "ulimit -n"]).stdout.toString()) || 1024;
    const count = Math.min(10_000, limit - 1_000);
    const idle: Raw[] = [];
    const before = grover.residentBytes();
    while (idle.length < count) idle.push(...(await Promise.all(Array.from({ length: Math.min(250, count - idle.length) }, () => Raw.open(grover)))));
    const begun = Date.now();
    await lives(grover);
    expect((await grover.get("/api/auth/me", ada.token)).status).toBe(200);
    expectInTime(begun, 2_000, "requests beside idle connections");
    expect((grover.residentBytes() - before) / count).toBeLessThan(16 * 1024);
    for (const raw of idle) raw.socket.destroy();
    if (count < 10_000) console.warn(`only ${count} connections: the limit of open files is ${limit}`);
  }, 120_000);

  it("without free descriptors turns clients away, serves those it has, and recovers", async () => {
    const small = await Grover.start({ WORKER_THREADS: "1" }, { wrapper: ["prlimit", "--nofile=80:80"] });
    const kept = await Raw.open(small);
    const ask = async () => {
      kept.text = "";
      kept.socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      expect(await kept.until(() => kept.status() === 200, 3_000)).toBe(true);
    };
    await ask();
    const crowd = await Promise.all(Array.from({ length: 150 }, () => Raw.open(small)));
    await sleep(300);
    await ask();
    for (const raw of crowd) raw.socket.destroy();
    await sleep(300);
    await lives(small);
    await small.stop();
  });
});

const isRoot = process.getuid?.() === 0;

describe("a full disk", () => {
  it("refuses writes with 503, keeps serving reads, and recovers by itself", async (context) => {
    const disk = mkdtempSync(join(tmpdir(), "grover-disk-"));
    if (!isRoot || spawnSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk]).status !== 0) {
      rmSync(disk, { recursive: true });
      return context.skip();
    }
    try {
      const server = await Grover.start({ DATABASE_URL: "" }, { data: join(disk, "data") });
      const bob = await server.user("bob");
      const post = (content: string) => server.send("POST", "/api/posts", { token: bob.token, body: { content } });
      const first = (await post("before")).json.post_id;
      spawnSync("sh", ["-c", `cat /dev/zero > ${disk}/filler 2>/dev/null`]);
      expect(statSync(join(disk, "filler")).size).toBeGreaterThan(1_000_000);
      // What the log has allocated already may still take a few.
      let refused = await post("x".repeat(4_000));
      for (let i = 0; i < 2_000 && refused.status === 200; ++i) refused = await post("x".repeat(4_000));
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.text).not.toMatch(/disk|sqlite|full/i);
      for (let i = 0; i < 5; ++i) {
        expect((await server.get(`/api/posts/${first}`, bob.token)).json.content).toBe("before");
        expect((await server.get("/api/posts/feed", bob.token)).status).toBe(200);
      }
      const file = await server.send("POST", "/api/media/upload", { token: bob.token, ...form(tinyPng) });
      expect(file.status).toBe(503);
      expect((await server.get("/health")).status).toBe(200);
      rmSync(join(disk, "filler"));
      let again = await post("after");
      for (let i = 0; i < 50 && again.status === 503; ++i) {
        await sleep(100);
        again = await post("after");
      }
      expect(again.status).toBe(200);
      expect((await server.get("/api/posts/me", bob.token)).json[0].content).toBe("after");
      await server.stop();
    } finally {
      spawnSync("umount", ["-l", disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  }, 120_000);
});

describe("PostgreSQL that goes away", () => {
  it.skipIf(!Postgres.isPossible)("is 503 with Retry-After while it is gone, and works by itself when it is back", async () => {
    const postgres = new Postgres();
    let server: Grover | undefined;
    try {
      server = await Grover.start({ DATABASE_URL: postgres.url });
      const bob = await server.user("bob");
      const kept = (await server.post("/api/posts", bob.token, { content: "kept" })).json.post_id;
      postgres.crash();
      for (const [method, path] of [
        ["GET", "/api/posts/feed"],
        ["GET", `/api/posts/${kept}`],
        ["POST", "/api/posts"],
        ["GET", "/api/auth/me"],
      ]) {
        const begun = Date.now();
        const answer = await server.send(method, path, { token: bob.token, ...(method === "POST" ? { body: { content: "lost" } } : {}) });
        expect(answer.status, `${method} ${path} ${answer.text}`).toBe(503);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(answer.text).not.toMatch(/postgres|socket|libpq|connection/i);
        expectInTime(begun, 5_000, `${method} ${path} without a store`);
      }
      expect((await server.get("/health")).status).toBe(200);
      await sleep(1_100);
      const health = (await server.get("/api/health")).json;
      expect(health).toMatchObject({ status: "degraded", services: { mongodb: { status: "disconnected", error: "unreachable" } } });
      expect((await server.get("/api/ready")).status).toBe(503);
      postgres.start();
      let back = await server.get(`/api/posts/${kept}`, bob.token);
      for (let i = 0; i < 100 && back.status === 503; ++i) {
        await sleep(100);
        back = await server.get(`/api/posts/${kept}`, bob.token);
      }
      expect(back.json.content).toBe("kept");
      expect((await server.post("/api/posts", bob.token, { content: "again" })).status).toBe(200);
      expect((await server.get("/api/posts/me", bob.token)).json.map((post: any) => post.content)).toEqual(["again", "kept"]);
    } finally {
      await server?.stop();
      postgres.remove();
    }
  }, 120_000);
});
