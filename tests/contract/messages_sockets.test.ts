// Chats over sockets with the official client: what the chat screen of the app does.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, type User } from "./server";
import { Client } from "./sockets";

let grover: Grover;
let ada: User;
let bob: User;
let eve: User;
let chat: string;
const open: Client[] = [];

async function connect(user: User): Promise<Client> {
  const client = await Client.connect(grover.url, { auth: { token: user.token, userId: user.id } });
  open.push(client);
  await client.next("ready");
  return client;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve] = [await grover.user("ada"), await grover.user("bob"), await grover.user("eve")];
  chat = (await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "first" })).json.conversation_id;
});
afterAll(async () => {
  for (const client of open) client.socket.disconnect();
  await grover.stop();
});

describe("the chat screen", () => {
  it("draws its own message from the echo, and the other side hears it in the room", async () => {
    const mine = await connect(ada);
    const theirs = await connect(bob);
    const listed = await connect(bob); // has joined no room: it must append nothing
    expect(await mine.ask("join_conversation", { conversation_id: chat, user_id: ada.id })).toMatchObject({ ok: true, conversation_id: chat });
    expect(await theirs.ask("join_conversation", { conversationId: chat })).toMatchObject({ ok: true });
    const ack = await mine.ask("send_message", { conversation_id: chat, sender_id: bob.id, content: "hello", client_message_id: "c1" });
    expect(ack).toMatchObject({ ok: true, client_message_id: "c1" });
    const echo = await mine.next("new_message");
    expect(echo).toMatchObject({ message_id: ack.message_id, conversation_id: chat, sender_id: ada.id, sender_name: "ada", content: "hello", client_message_id: "c1", created_at: ack.created_at });
    expect(await theirs.next("new_message")).toMatchObject({ message_id: ack.message_id, client_message_id: null });
    expect(await listed.next("conversation:updated", (event) => event.message_id === ack.message_id)).toMatchObject({ conversation_id: chat, last_message: "hello", unread_count: 2 });
    await settled();
    expect(listed.take("new_message")).toEqual([]);
    expect(mine.take("new_message")).toEqual([]);
    // Not joined: the sending socket alone hears its echo.
    await listed.ask("send_message", { conversation_id: chat, content: "from the list" });
    expect(await listed.next("new_message")).toMatchObject({ content: "from the list" });
    await theirs.ask("leave_conversation", { conversation_id: chat });
    await grover.post("/api/messages/send", ada.token, { receiver_id: bob.id, content: "by REST" });
    expect(await mine.next("new_message", (event) => event.content === "by REST")).toBeTruthy();
    await settled();
    expect(theirs.take("new_message").map((event) => event.content)).not.toContain("by REST");
  });

  it("hears an own message once, whether the socket joins or leaves right behind it", async () => {
    const mine = await connect(ada);
    for (let round = 0; round < 5; ++round) {
      for (const then of ["join_conversation", "leave_conversation"]) {
        const [sent] = await Promise.all([mine.ask("send_message", { conversation_id: chat, content: then }), mine.ask(then, { conversation_id: chat })]);
        expect(await mine.next("new_message")).toMatchObject({ message_id: sent.message_id });
        if (then !== "join_conversation") continue;
        // In one order: behind this one no second echo comes.
        const { message_id } = (await grover.post("/api/messages/send", bob.token, { receiver_id: ada.id, content: "behind" })).json;
        expect((await mine.next("new_message")).message_id).toBe(message_id);
      }
    }
    expect(mine.take("new_message")).toEqual([]);
  });

  it("shows who types, in both styles, until they stop or go", async () => {
    const mine = await connect(ada);
    const theirs = await connect(bob);
    await theirs.ask("join_conversation", { conversation_id: chat });
    await mine.ask("typing_set", { conversation_id: chat, user_id: eve.id, is_typing: true });
    expect(await theirs.next("typing_update")).toEqual({ conversationId: chat, userId: ada.id, isTyping: true });
    expect(await theirs.next("user_typing")).toMatchObject({ user_id: ada.id, user_name: "ada", conversation_id: chat });
    mine.socket.disconnect();
    expect(await theirs.next("typing_update")).toEqual({ conversationId: chat, userId: ada.id, isTyping: false });
    expect(await theirs.next("user_stopped_typing")).toMatchObject({ user_id: ada.id });
  });

  it("tells what was read, edited, reacted to and deleted", async () => {
    const mine = await connect(ada);
    const theirs = await connect(bob);
    await mine.ask("join_conversation", { conversation_id: chat });
    const { message_id } = await mine.ask("send_message", { conversation_id: chat, content: "helo" });
    await grover.put(`/api/messages/${message_id}`, ada.token, { content: "hello" });
    expect(await mine.next("message_edited")).toMatchObject({ message_id, content: "hello" });
    await grover.post(`/api/messages/${message_id}/reactions`, bob.token, { emoji: "🔥" });
    expect(await mine.next("message:reaction")).toMatchObject({ message_id, user_id: bob.id, action: "added", reaction_totals: { "🔥": 1 } });
    expect(await theirs.ask("message:read", { conversation_id: chat })).toMatchObject({ ok: true, unread_count: 0 });
    expect(await mine.next("message:read", (event) => event.message_id === message_id)).toMatchObject({ user_id: bob.id });
    expect(await mine.next("conversation:read")).toMatchObject({ conversation_id: chat, user_id: bob.id, last_read_message_id: message_id });
    const gone = await mine.ask("send_message", { conversation_id: chat, content: "oops" });
    await grover.post(`/api/messages/${gone.message_id}/delete`, ada.token, { delete_for_everyone: true });
    expect(await mine.next("message_deleted")).toMatchObject({ message_id: gone.message_id, deleted_for_everyone: true, content: "Message deleted" });
  });

  it("refuses strangers and guests, and nothing of theirs is heard", async () => {
    const mine = await connect(ada);
    await mine.ask("join_conversation", { conversation_id: chat });
    const stranger = await connect(eve);
    for (const name of ["join_conversation", "send_message", "typing", "typing_set", "message:read"])
      expect(await stranger.ask(name, { conversation_id: chat, user_id: ada.id, sender_id: ada.id, content: "x", is_typing: true })).toMatchObject({ ok: false, error: "not_found", status: 404 });
    const guest = await Client.connect(grover.url, { auth: { userId: ada.id } });
    open.push(guest);
    expect(await guest.ask("join_conversation", { conversation_id: chat })).toMatchObject({ ok: false, error: "unauthenticated" });
    expect(await guest.ask("send_message", { conversation_id: chat, sender_id: ada.id, content: "x" })).toMatchObject({ ok: false, status: 401 });
    await settled();
    expect(mine.take("new_message")).toEqual([]);
    expect(mine.take("typing_update")).toEqual([]);
  });

  it("hears of groups, and no more once removed", async () => {
    const theirs = await connect(bob);
    const { group_id } = (await grover.post("/api/groups/create", ada.token, { name: "Trip", member_ids: [bob.id] })).json;
    expect((await theirs.next("group:added")).group).toMatchObject({ group_id, name: "Trip", member_count: 2 });
    expect(await theirs.ask("join_conversation", { conversation_id: group_id })).toMatchObject({ ok: true });
    await grover.post(`/api/groups/${group_id}/messages`, ada.token, { content: "hi" });
    expect(await theirs.next("new_message")).toMatchObject({ group_id, content: "hi" });
    await grover.delete(`/api/groups/${group_id}/members/${bob.id}`, ada.token);
    expect(await theirs.next("group:member_removed")).toMatchObject({ group_id, user_id: bob.id, by_user_id: ada.id });
    await grover.post(`/api/groups/${group_id}/messages`, ada.token, { content: "secret" });
    await settled();
    expect(theirs.take("new_message").map((event) => event.content)).not.toContain("secret");
    expect(await theirs.ask("join_conversation", { conversation_id: group_id })).toMatchObject({ ok: false });
  });
});
