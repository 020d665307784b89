// What sockets hear of communities: members, and anybody of public ones (contract/communities.md "live", realtime.md §5).
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Grover, type User } from "./server";
import { authorized, Client } from "./sockets";

let grover: Grover;
let ada: User;
let bob: User;
let eve: User;
let marker: string;
const open: Client[] = [];
const told = ["community:post", "community:post_removed", "community:members"];

async function connect(user?: User): Promise<Client> {
  const client = await Client.connect(grover.url, user ? authorized(user.token) : {});
  open.push(client);
  await client.next("ready");
  return client;
}
const found = async (name: string, is_private = false) => (await grover.post("/api/communities/create", ada.token, { name, description: "About", is_private })).json.community_id as string;
const join = (user: User, id: string) => grover.post(`/api/communities/${id}/join`, user.token);
const post = async (user: User, id: string, content = "Hello") => (await grover.post(`/api/communities/${id}/posts`, user.token, { content })).json.post_id as string;
const enter = (client: Client, id: string) => client.ask("community:join", { community_id: id });
async function letIn(user: User, id: string) {
  await grover.post(`/api/communities/${id}/requests`, user.token);
  expect((await grover.post(`/api/communities/${id}/requests/${user.id}/approve`, ada.token)).status).toBe(200);
}

// Events of communities come in the order of what they tell: behind this one everything is there that happened before it.
async function heardAll(...clients: Client[]) {
  for (const client of clients) expect(await enter(client, marker)).toMatchObject({ ok: true });
  const id = await post(ada, marker, "marker");
  for (const client of clients) await client.next("community:post", (event) => event.post_id === id);
  // On the connection itself, nothing is on its way any more either.
  for (const client of clients) await client.settled();
}

// Forgets what was on its way when a socket came.
async function begin(...clients: Client[]) {
  await heardAll(...clients);
  for (const client of clients) for (const name of told) client.take(name);
}

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = [await grover.user("ada"), await grover.user("bob"), await grover.user("eve")];
  marker = await found("Marker");
});
afterAll(() => grover.stop());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

describe("an open community", () => {
  it("tells whoever is in its room of posts, removals and the number of members, and nobody else", async () => {
    const id = await found("Open");
    const [listener, elsewhere] = [await connect(eve), await connect(bob)];
    expect(await enter(listener, id)).toEqual({ ok: true, community_id: id, communityId: id });
    await begin(listener, elsewhere);
    await join(bob, id);
    expect(await listener.next("community:members")).toEqual({ community_id: id, communityId: id, member_count: 2 });
    const post_id = await post(bob, id);
    expect(await listener.next("community:post", (event) => event.community_id === id)).toEqual({ community_id: id, communityId: id, post_id, postId: post_id });
    expect((await grover.delete(`/api/posts/${post_id}`, ada.token)).status).toBe(200);
    expect(await listener.next("community:post_removed")).toEqual({ community_id: id, communityId: id, post_id, postId: post_id });
    await grover.post(`/api/communities/${id}/leave`, bob.token);
    expect(await listener.next("community:members")).toMatchObject({ member_count: 1 });
    await heardAll(listener, elsewhere);
    for (const name of told) expect(elsewhere.take(name), name).toEqual([]);
  });

  it("is left by the socket that asks to, and only by it", async () => {
    const id = await found("Left");
    const [leaves, stays] = [await connect(eve), await connect(eve)];
    for (const client of [leaves, stays]) await enter(client, id);
    expect(await leaves.ask("community:leave", { communityId: id })).toEqual({ ok: true, community_id: id, communityId: id });
    expect(await leaves.ask("community:leave", { community_id: id })).toMatchObject({ ok: true });
    await begin(leaves, stays);
    const post_id = await post(ada, id);
    expect(await stays.next("community:post", (event) => event.community_id === id)).toMatchObject({ post_id });
    await heardAll(leaves);
    expect(leaves.take("community:post")).toEqual([]);
  });

  it("says nothing more to who is banned, nor lets them in again; of its posts neither", async () => {
    const id = await found("Banned");
    await join(bob, id);
    const watched = await post(ada, id);
    const [banned, stays] = [await connect(bob), await connect(ada)];
    for (const client of [banned, stays]) {
      await enter(client, id);
      expect(await client.ask("post:watch", { post_id: watched })).toMatchObject({ ok: true });
    }
    await begin(banned, stays);
    expect((await grover.delete(`/api/communities/${id}/members/${bob.id}?ban=true`, ada.token)).status).toBe(200);
    await heardAll(banned, stays);
    banned.take("community:members");
    await post(ada, id);
    await grover.post(`/api/posts/${watched}/comments`, ada.token, { content: "Not for bob" });
    await stays.next("post:comment");
    await stays.next("community:post", (event) => event.community_id === id);
    await heardAll(banned);
    for (const name of ["community:post", "post:comment"]) expect(banned.take(name), name).toEqual([]);
    expect(await enter(banned, id)).toMatchObject({ ok: false, error: "not_found", status: 404 });
    expect(await banned.ask("post:watch", { post_id: watched })).toMatchObject({ ok: false, error: "not_found" });
  });

  it("that closes says nothing more to who is no member", async () => {
    const id = await found("Closing");
    await join(bob, id);
    const watched = await post(ada, id);
    const [member, stranger] = [await connect(bob), await connect(eve)];
    for (const client of [member, stranger]) {
      expect(await enter(client, id)).toMatchObject({ ok: true });
      expect(await client.ask("post:watch", { post_id: watched })).toMatchObject({ ok: true });
    }
    await begin(member, stranger);
    expect((await grover.put(`/api/communities/${id}`, ada.token, { is_private: true })).status).toBe(200);
    await heardAll(member, stranger);
    const post_id = await post(ada, id);
    await grover.post(`/api/posts/${watched}/comments`, ada.token, { content: "Among us" });
    expect(await member.next("community:post", (event) => event.community_id === id)).toMatchObject({ post_id });
    await member.next("post:comment");
    await heardAll(stranger);
    for (const name of ["community:post", "post:comment"]) expect(stranger.take(name), name).toEqual([]);
  });
});

describe("a private community", () => {
  it("lets members in alone, and refuses with the answers of REST", async () => {
    const id = await found("Private", true);
    const [stranger, guest] = [await connect(eve), await connect()];
    expect(await enter(stranger, id)).toMatchObject({ ok: false, error: "forbidden", detail: "Private community", status: 403 });
    expect(await enter(stranger, "community_none")).toMatchObject({ ok: false, error: "not_found", detail: "Community not found", status: 404 });
    expect(await stranger.ask("community:join", {})).toMatchObject({ ok: false, error: "invalid", status: 422 });
    expect(await stranger.ask("community:join", { community_id: "no id" })).toMatchObject({ ok: false, error: "invalid" });
    expect(await guest.ask("community:join", { community_id: id, user_id: ada.id })).toMatchObject({ ok: false, error: "unauthenticated", status: 401 });
    expect(await guest.ask("community:join", { community_id: marker })).toMatchObject({ ok: false, error: "unauthenticated" });
    stranger.socket.emit("community:join", { community_id: id });
    expect(await stranger.next("error")).toMatchObject({ detail: "Private community", event: "community:join", status: 403, code: "forbidden" });

    const owner = await connect(ada);
    expect(await enter(owner, id)).toMatchObject({ ok: true });
    await begin(owner, stranger);
    const post_id = await post(ada, id);
    expect(await owner.next("community:post", (event) => event.community_id === id)).toMatchObject({ post_id });
    await heardAll(stranger);
    await guest.settled();
    for (const client of [stranger, guest]) expect(client.take("community:post")).toEqual([]);
  });

  it("says nothing more to a member who leaves, is removed, or whose account ends", async () => {
    const id = await found("Shrinking", true);
    const gone = await grover.user("gone");
    for (const user of [bob, eve, gone]) await letIn(user, id);
    const watched = await post(ada, id);
    const owner = await connect(ada);
    const [leaver, removed, ended] = [await connect(bob), await connect(eve), await connect(gone)];
    for (const client of [owner, leaver, removed, ended]) {
      expect(await enter(client, id)).toMatchObject({ ok: true });
      expect(await client.ask("post:watch", { post_id: watched })).toMatchObject({ ok: true });
    }
    await begin(owner, leaver, removed, ended);
    await grover.post(`/api/communities/${id}/leave`, bob.token);
    expect((await grover.delete(`/api/communities/${id}/members/${eve.id}`, ada.token)).status).toBe(200);
    const cut = ended.disconnected();
    expect((await grover.send("DELETE", "/api/users/me", { token: gone.token, body: { confirm: "gone", current_password: "correct horse 9" } })).status).toBe(202);
    await cut;
    await heardAll(leaver, removed);
    const post_id = await post(ada, id);
    await grover.post(`/api/posts/${watched}/comments`, ada.token, { content: "Only us" });
    expect(await owner.next("community:post", (event) => event.community_id === id)).toMatchObject({ post_id });
    await owner.next("post:comment");
    await heardAll(leaver, removed);
    for (const client of [leaver, removed]) {
      for (const name of ["community:post", "post:comment"]) expect(client.take(name), name).toEqual([]);
      expect(await enter(client, id)).toMatchObject({ ok: false, error: "forbidden" });
      expect(await client.ask("post:watch", { post_id: watched })).toMatchObject({ ok: false, error: "not_found" });
    }
    expect(ended.take("community:post")).toEqual([]);
  });

  it("has an empty room once it is deleted", async () => {
    const id = await found("Ending", true);
    const owner = await connect(ada);
    await enter(owner, id);
    await post(ada, id);
    await owner.next("community:post");
    expect((await grover.delete(`/api/communities/${id}`, ada.token)).status).toBe(200);
    await heardAll(owner);
    expect(owner.take("community:post_removed")).toEqual([]);
    expect(await enter(owner, id)).toMatchObject({ ok: false, error: "not_found" });
  });
});
