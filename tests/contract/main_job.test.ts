// The main job, end to end: register, follow, post with a picture, read the feed, change one's mind, restart.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
});
afterAll(() => grover.stop());

// As the app in the field sends it: a bare word for a type, no extension.
function composerForm(content: string, file: Uint8Array, type = "image"): { body: Uint8Array; headers: Record<string, string> } {
  const boundary = "----grover";
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="content"\r\n\r\n${content}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="media_upload"\r\nContent-Type: ${type}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), Buffer.from(file), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { body, headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` } };
}

const feed = async (token: string) => (await grover.call("get", "/api/posts/feed", token)).json;

describe("the main job", () => {
  let post: any;

  it("publishes a picture as the app sends it", async () => {
    const answer = await grover.send("POST", "/api/posts", { token: ada.token, ...composerForm("Look #here", tinyPng) });
    expect(answer.status).toBe(200);
    post = answer.json.post;
    expect(post).toMatchObject({ content: "Look #here", media_type: "image", tags: ["here"], is_owner: true, liked: false, is_liked: false });
    for (const url of [post.media_url, post.thumbnail_url, ...post.media.srcset.map((entry: any) => entry.url)]) {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/media\//);
      const picture = await fetch(url);
      expect(picture.status).toBe(200);
      expect(picture.headers.get("content-type")).toMatch(/^image\//);
      expect(picture.headers.get("content-encoding")).toBeNull();
    }
  });

  it("serves parts of it, and tells who has it already", async () => {
    const part = await fetch(post.media_url, { headers: { Range: "bytes=0-9" } });
    expect(part.status).toBe(206);
    expect((await part.arrayBuffer()).byteLength).toBe(10);
    expect((await fetch(post.media_url, { headers: { Range: "bytes=99999999-" } })).status).toBe(416);
    const whole = await fetch(post.media_url);
    expect((await fetch(post.media_url, { headers: { "If-None-Match": whole.headers.get("etag")! } })).status).toBe(304);
  });

  it("shows it to followers, and to nobody the secrets of its author", async () => {
    expect(await feed(bob.token)).toEqual([]);
    expect((await grover.post(`/api/users/${ada.id}/follow`, bob.token)).json).toMatchObject({ following: true, followers_count: 1 });
    const [seen] = await feed(bob.token);
    expect(seen.post_id).toBe(post.post_id);
    expect(seen.media_public_id).toBeNull();
    expect(seen.media!.public_id).toBeNull();
    expect(JSON.stringify(seen)).not.toContain("@example.com");
  });

  it("counts what readers do, the same everywhere", async () => {
    expect((await grover.post(`/api/posts/${post.post_id}/react`, bob.token, { reaction_type: "🔥" })).json).toMatchObject({
      reacted: true,
      user_reaction: "🔥",
      reaction_counts: { "🔥": 1 },
    });
    expect((await grover.post(`/api/posts/${post.post_id}/react?reaction_type=like`, bob.token)).json).toMatchObject({ likes_count: 1, reaction_counts: { like: 1, "🔥": 0 } });
    expect((await grover.post(`/api/posts/${post.post_id}/save`, bob.token)).json).toEqual({ message: "Post saved", saved: true });
    const repost = (await grover.post(`/api/posts/${post.post_id}/repost`, bob.token)).json;
    expect(repost).toMatchObject({ repost_count: 1, reposted: true });
    const single = (await grover.get(`/api/posts/${post.post_id}`, bob.token)).json;
    expect(single).toMatchObject({ liked: true, is_liked: true, saved: true, is_saved: true, reposted: true, likes_count: 1, repost_count: 1 });
    expect((await grover.get("/api/posts/saved", bob.token)).json[0]).toEqual(single);
    expect((await feed(bob.token)).find((item) => item.post_id === post.post_id)).toEqual(single);
  });

  it("comments, votes and edits", async () => {
    const comment = await grover.post(`/api/posts/${post.post_id}/comments`, bob.token, { content: "Lovely" });
    expect(comment.json).toMatchObject({ message: "Comment created", comments_count: 1 });
    expect((await grover.get(`/api/posts/${post.post_id}/comments`, ada.token)).json).toHaveLength(1);
    const poll = (await grover.post("/api/posts", ada.token, { poll_question: "Tea?", poll_options: ["Yes", "No"] })).json.post;
    expect((await grover.post(`/api/posts/${poll.post_id}/vote`, bob.token, { option_index: "1" })).json).toMatchObject({ poll_votes: { "0": 0, "1": 1 }, total_votes: 1 });
    expect((await grover.put(`/api/posts/${post.post_id}`, ada.token, { content: "Edited" })).json.post.content).toBe("Edited");
    expect((await grover.put(`/api/posts/${post.post_id}`, bob.token, { content: "Mine" })).status).toBe(403);
  });

  it("keeps everything over a clean stop and over kill -9", async () => {
    const before = (await grover.get(`/api/posts/${post.post_id}`, bob.token)).json;
    expect(await grover.restart("SIGTERM")).toBe(0);
    expect((await grover.get(`/api/posts/${post.post_id}`, bob.token)).json).toEqual(before);
    await grover.restart("SIGKILL");
    expect((await grover.get(`/api/posts/${post.post_id}`, bob.token)).json).toEqual(before);
  });

  it("goes private: strangers are kept out at once, also from the files", async () => {
    const eve = await grover.user("eve");
    await grover.put("/api/users/me", ada.token, { is_private: true });
    expect((await grover.get(`/api/posts/${post.post_id}`, eve.token)).status).toBe(403);
    const list = await grover.get(`/api/users/${ada.id}/posts`, eve.token);
    expect(list.json).toEqual([]);
    expect(list.headers.get("x-account-private")).toBe("true");
    expect((await fetch(post.media_url)).status).toBe(403);
    const signed = (await grover.get(`/api/posts/${post.post_id}`, bob.token)).json.media_url;
    expect(signed).toContain("sig=");
    expect((await fetch(signed)).status).toBe(200);
  });

  it("blocks: the blocked side finds nothing", async () => {
    await grover.post(`/api/users/${bob.id}/block`, ada.token);
    expect((await grover.get(`/api/posts/${post.post_id}`, bob.token)).status).toBe(404);
    expect((await grover.get(`/api/users/${ada.id}`, bob.token)).status).toBe(404);
    expect((await feed(bob.token)).map((item) => item.user_id)).not.toContain(ada.id);
  });

  it("deletes: the post and its files are gone", async () => {
    expect((await grover.delete(`/api/posts/${post.post_id}`, ada.token)).json).toEqual({ message: "Post deleted" });
    expect((await grover.delete(`/api/posts/${post.post_id}`, ada.token)).status).toBe(404);
    expect((await fetch(post.media_url)).status).toBe(410);
  });
});
