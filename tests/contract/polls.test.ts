// Polls: contract/polls.md.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Grover } from "./server";

let grover: Grover;
let ada: { token: string; id: string };
let bob: { token: string; id: string };

beforeAll(async () => {
  grover = await Grover.start();
  ada = await grover.user("ada");
  bob = await grover.user("bob");
});
afterAll(() => grover.stop());

const create = (body: unknown) => grover.post("/api/posts", ada.token, body);
const poll = async (options = ["A", "B"]) => (await create({ poll_question: "?", poll_options: options })).json.post_id;

it("makes a poll from an array, from JSON in a string and from repeated fields; blank options are dropped", async () => {
  const json = await create({ poll_question: " Which? ", poll_options: ["A", " ", "B"] });
  expect(json.json.post).toMatchObject({ has_poll: true, poll_question: "Which?", poll_options: ["A", "B"], poll_votes: { "0": 0, "1": 0 }, poll_total_votes: 0, poll_closed: false, poll_user_vote: null, content: "" });
  expect((await create({ poll_question: "?", poll_options: '["A","B","C"]' })).json.post.poll_options).toEqual(["A", "B", "C"]);
  for (const hours of [48, "48", 48.0]) {
    const { created_at, poll_expires_at } = (await create({ poll_question: "?", poll_options: ["A", "B"], poll_duration_hours: hours })).json.post;
    expect(Date.parse(poll_expires_at) - Date.parse(created_at)).toBe(48 * 3_600_000);
  }
  const none = new FormData();
  for (const [name, value] of [["content", "no poll"], ["poll_question", ""], ["poll_options", ""], ["poll_duration_hours", ""]]) none.append(name, value);
  expect((await grover.send("POST", "/api/posts", { token: ada.token, body: none })).json.post.has_poll).toBe(false);
  const form = new FormData();
  form.append("poll_question", "?");
  for (const option of ["A", "B"]) form.append("poll_options", option);
  form.append("poll_duration_hours", "720");
  const answer = (await grover.send("POST", "/api/posts", { token: ada.token, body: form })).json.post;
  expect(answer.poll_options).toEqual(["A", "B"]);
  expect(Date.parse(answer.poll_expires_at) - Date.parse(answer.created_at)).toBe(720 * 3_600_000);
});

it("refuses what is no poll, and stores nothing", async () => {
  const before = (await grover.get("/api/posts/me", ada.token)).json.length;
  for (const body of [
    { poll_question: "", poll_options: ["A", "B"] },
    { poll_question: "?" },
    { poll_question: "?", poll_options: ["A"] },
    { poll_question: "?", poll_options: ["A", "  "] },
    { poll_question: "?", poll_options: ["A", "a"] },
    { poll_question: "?", poll_options: Array.from({ length: 11 }, (_, i) => `o${i}`) },
    { poll_question: "?", poll_options: Array.from({ length: 1000 }, (_, i) => `o${i}`) },
    { poll_question: "?", poll_options: ["A", "x".repeat(101)] },
    { poll_question: "x".repeat(501), poll_options: ["A", "B"] },
    { poll_question: "?", poll_options: "no json" },
    { poll_question: "?", poll_options: '{"a":1}' },
    { poll_question: "?", poll_options: [1, { a: 2 }] },
    { poll_question: "?", poll_options: ["A", "B"], poll_duration_hours: 0 },
    { poll_question: "?", poll_options: ["A", "B"], poll_duration_hours: 721 },
    { poll_question: "?", poll_options: ["A", "B"], poll_duration_hours: "soon" },
  ])
    expect((await create(body)).status, JSON.stringify(body).slice(0, 80)).toBe(422);
  expect((await create({ content: "no poll", poll_duration_hours: "nonsense" })).json.post.has_poll).toBe(false);
  expect((await grover.get("/api/posts/me", ada.token)).json).toHaveLength(before + 1);
});

it("answers a vote with the whole post, moves it, and shows it everywhere", async () => {
  const id = await poll(["A", "B", "C"]);
  const voted = await grover.post(`/api/posts/${id}/vote`, bob.token, { option_index: 2 });
  const single = (await grover.get(`/api/posts/${id}`, bob.token)).json;
  expect(voted.json).toMatchObject(single);
  expect(voted.json).toMatchObject({ message: "Vote recorded", total_votes: 1, user_voted: true, user_vote_index: 2, poll_user_vote: 2, poll_votes: { "0": 0, "1": 0, "2": 1 } });
  expect(voted.json.results).toEqual([
    { option: "A", index: 0, votes: 0, percentage: 0 },
    { option: "B", index: 1, votes: 0, percentage: 0 },
    { option: "C", index: 2, votes: 1, percentage: 100 },
  ]);
  expect((await grover.post(`/api/posts/${id}/vote?option_index=0`, bob.token)).json.poll_votes).toEqual({ "0": 1, "1": 0, "2": 0 });
  await grover.post(`/api/posts/${id}/vote`, ada.token, { option_index: "1" });
  const results = (await grover.get(`/api/posts/${id}/poll-results`, bob.token)).json;
  expect(results).toMatchObject({ post_id: id, question: "?", total_votes: 2, user_voted: true, user_vote_index: 0, is_expired: false });
  expect(results.results.map((r: any) => r.percentage)).toEqual([50, 50, 0]);
  expect(JSON.stringify(results)).not.toContain(bob.id);
});

it("counts one vote of each user, whatever comes at once", async () => {
  const id = await poll();
  await Promise.all(Array.from({ length: 20 }, (_, i) => grover.post(`/api/posts/${id}/vote`, bob.token, { option_index: i % 2 })));
  const { poll_votes } = (await grover.get(`/api/posts/${id}`, bob.token)).json;
  expect(poll_votes["0"] + poll_votes["1"]).toBe(1);
});

it("refuses votes as the contract says", async () => {
  const id = await poll();
  const plain = (await create({ content: "plain" })).json.post_id;
  const vote = async (post: string, body: unknown) => grover.post(`/api/posts/${post}/vote`, bob.token, body);
  expect((await vote(id, {})).status).toBe(422);
  expect((await vote(id, { option_index: "many" })).status).toBe(422);
  expect((await vote(id, { option_index: 1.5 })).status).toBe(422);
  expect((await vote("post_unknown", { option_index: 0 })).json.detail).toBe("Post not found");
  expect((await vote(plain, { option_index: 0 })).json.detail).toBe("Post does not have a poll");
  for (const option_index of [-1, 2, 1_000_000, 2 ** 40, 1e30, -1e30, "-1", `1${"0".repeat(30)}`]) {
    const answer = await vote(id, { option_index });
    expect([answer.status, answer.json.detail], String(option_index)).toEqual([400, "Invalid option index"]);
  }
  expect((await grover.post(`/api/posts/${id}/vote?option_index=1${"0".repeat(30)}`, bob.token)).json.detail).toBe("Invalid option index");
  expect((await grover.get(`/api/posts/${plain}/poll-results`, bob.token)).json.detail).toBe("Poll not found");
  expect((await grover.get(`/api/posts/${id}`, bob.token)).json.poll_votes).toEqual({ "0": 0, "1": 0 });
});

it("shows the root's poll on a repost, and a vote on either counts there", async () => {
  const id = await poll();
  const repost = (await grover.post(`/api/posts/${id}/repost`, bob.token)).json.repost_id;
  const voted = await grover.post(`/api/posts/${repost}/vote`, bob.token, { option_index: 1 });
  expect(voted.json).toMatchObject({ post_id: repost, poll_user_vote: 1 });
  expect((await grover.get(`/api/posts/${id}`, ada.token)).json.poll_votes).toEqual({ "0": 0, "1": 1 });
});

it("lets a voter take the vote back, and its author end the poll", async () => {
  const id = await poll();
  await grover.post(`/api/posts/${id}/vote`, bob.token, { option_index: 1 });
  const withdrawn = await grover.delete(`/api/posts/${id}/vote`, bob.token);
  expect(withdrawn.json).toMatchObject({ post_id: id, poll_user_vote: null, poll_votes: { "0": 0, "1": 0 }, user_voted: false, user_vote_index: null, total_votes: 0 });
  expect((await grover.delete(`/api/posts/${id}/vote`, bob.token)).status).toBe(200);
  expect((await grover.post(`/api/posts/${id}/poll/close`, bob.token)).status).toBe(403);
  expect((await grover.post(`/api/posts/${id}/poll/close`, ada.token)).json).toMatchObject({ post_id: id, is_expired: true });
  expect((await grover.post(`/api/posts/${id}/vote`, bob.token, { option_index: 0 })).json.detail).toBe("Poll has expired");
  expect((await grover.delete(`/api/posts/${id}/vote`, bob.token)).json.detail).toBe("Poll has expired");
  const plain = (await create({ content: "plain" })).json.post_id;
  expect((await grover.post(`/api/posts/${plain}/poll/close`, ada.token)).json.detail).toBe("Poll not found");
  expect((await grover.post("/api/posts/post_unknown/poll/close", ada.token)).status).toBe(404);
});
