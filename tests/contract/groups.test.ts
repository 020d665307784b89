// Group chats as clients see them: each endpoint's good case, its errors, and somebody else's data.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Grover, tinyPng, type User } from "./server";

let grover: Grover;
let ada: User;
let bob: User;
let eve: User;
let dan: User;
let group: any;

beforeAll(async () => {
  grover = await Grover.start();
  [ada, bob, eve, dan] = [await grover.user("ada"), await grover.user("bob"), await grover.user("eve"), await grover.user("dan")];
});
afterAll(() => grover.stop());

const add = (who: User, whom: string) => grover.post(`/api/groups/${group.group_id}/members/add`, who.token, { user_id: whom });

describe("groups", () => {
  it("are made from a form with a photo", async () => {
    const body = new FormData();
    body.set("name", " Trip ");
    body.set("description", "Where to?");
    body.set("member_ids", `${bob.id},${eve.id},user_unknown,,${ada.id}`);
    body.set("photo", new Blob([tinyPng], { type: "image/png" }), "photo.png");
    const answer = await grover.send("POST", "/api/groups/create", { token: ada.token, body });
    expect(answer.status).toBe(200);
    group = answer.json;
    expect(group).toMatchObject({
      message: "Group created", name: "Trip", description: "Where to?", creator_id: ada.id, owner_id: ada.id, member_count: 3,
      admin_ids: [ada.id], member_ids: [ada.id, bob.id, eve.id], skipped_member_ids: ["user_unknown"], is_admin: true, is_owner: true,
      is_member: true, last_message: "ada created the group", unread_count: 0, muted_until: null,
    });
    expect(group.members.map((one: any) => [one.user_id, one.is_owner, one.is_admin])).toEqual([[ada.id, true, true], [bob.id, false, false], [eve.id, false, false]]);
    expect((await fetch(group.photo)).status).toBe(200);
    expect((await fetch(group.photo.split("?")[0])).status).toBe(403);
    expect(answer.text).not.toContain("@example.com");
  });

  it("refuse what is not right", async () => {
    expect((await grover.post("/api/groups/create", ada.token, { name: "x" })).status).toBe(422);
    expect((await grover.post("/api/groups/create", ada.token, {})).json.detail.map((one: any) => one.loc.at(-1))).toEqual(["name", "member_ids"]);
    expect((await grover.post("/api/groups/create", ada.token, { name: " ", member_ids: [] })).status).toBe(422);
    expect((await grover.post("/api/groups/create", ada.token, { name: "x".repeat(101), member_ids: [] })).status).toBe(422);
    expect((await grover.post("/api/groups/create", undefined, { name: "x", member_ids: [] })).status).toBe(401);
    const many = Array.from({ length: 50 }, (_, i) => `user_${i}`);
    expect((await grover.post("/api/groups/create", ada.token, { name: "x", member_ids: many })).json.detail).toBe("Maximum 50 members allowed");
    const body = new FormData();
    body.set("name", "x");
    body.set("member_ids", bob.id);
    body.set("photo", new Blob(["<svg/>"], { type: "image/png" }), "photo.png");
    expect((await grover.send("POST", "/api/groups/create", { token: ada.token, body })).json.code).toBe("file_upload_error");
  });

  it("are shown to members alone", async () => {
    expect((await grover.get(`/api/groups/${group.group_id}`, bob.token)).json).toMatchObject({ name: "Trip", is_admin: false });
    expect((await grover.get(`/api/groups/${group.group_id}`, dan.token)).json).toMatchObject({ detail: "Not a member", code: "not_authorized" });
    expect((await grover.get("/api/groups/group_unknown", ada.token)).json.detail).toBe("Group not found");
    expect((await grover.get("/api/groups", bob.token)).json[0]).toMatchObject({ group_id: group.group_id, member_count: 3 });
    expect((await grover.get("/api/groups", bob.token)).json[0].members).toBeUndefined();
    expect((await grover.get("/api/groups", dan.token)).json).toEqual([]);
  });

  it("carry messages that each member reads on their own", async () => {
    const sent = await grover.post(`/api/groups/${group.group_id}/messages`, ada.token, { content: "hello all" });
    expect(sent.json).toMatchObject({ message: "Message sent", group_id: group.group_id, conversation_id: group.group_id, receiver_id: null, read_by: [ada.id], read_at: {} });
    expect(sent.json.message_id).toMatch(/^gmsg_/);
    expect((await grover.get(`/api/conversations/${group.group_id}/unread-count`, bob.token)).json.unread_count).toBe(1);
    const page = (await grover.get(`/api/groups/${group.group_id}/messages`, bob.token)).json;
    expect(page.map((one: any) => one.content)).toEqual(["ada created the group", "hello all"]);
    expect((await grover.get(`/api/conversations/${group.group_id}/unread-count`, bob.token)).json.unread_count).toBe(0);
    const seen = (await grover.get(`/api/groups/${group.group_id}/messages`, ada.token)).json.at(-1);
    expect(seen.read_by).toEqual([ada.id, bob.id]);
    expect(Object.keys(seen.read_at)).toEqual([bob.id]);
    expect((await grover.post(`/api/groups/${group.group_id}/messages?content=by+query`, bob.token)).status).toBe(200);
    expect((await grover.post("/api/messages/send-gif", bob.token, { group_id: group.group_id, gif_url: "https://example.com/a.gif" })).json.group_id).toBe(group.group_id);
    expect((await grover.post(`/api/groups/${group.group_id}/messages`, dan.token, { content: "x" })).json.detail).toBe("Not a member");
    expect((await grover.get(`/api/groups/${group.group_id}/messages`, dan.token)).json.detail).toBe("Not a member");
    expect((await grover.post("/api/groups/group_unknown/messages", ada.token, { content: "x" })).json.detail).toBe("Group not found");
    expect((await grover.get("/api/messages/conversations?include_groups=true", ada.token)).json[0]).toMatchObject({ is_group: true, other_user: null, group: { name: "Trip" } });
    expect((await grover.get("/api/messages/search?q=hello", bob.token)).json[0]).toMatchObject({ other_user: null, group: { group_id: group.group_id } });
  });

  it("add and remove members by their rules", async () => {
    expect((await add(bob, dan.id)).json.detail).toBe("Admin only");
    expect((await add(ada, "user_unknown")).json.detail).toBe("User not found");
    expect((await add(ada, dan.id)).json).toEqual({ message: "Member added", already_member: false, member_count: 4 });
    expect((await add(ada, dan.id)).json).toEqual({ message: "Member added", already_member: true, member_count: 4 });
    expect((await grover.get(`/api/groups/${group.group_id}/messages`, dan.token)).json.map((one: any) => one.content)).toEqual(["ada added dan"]);
    const remove = (who: User, whom: string) => grover.delete(`/api/groups/${group.group_id}/members/${whom}`, who.token);
    expect((await remove(bob, eve.id)).json.detail).toBe("Admin only");
    expect((await remove(ada, eve.id)).json).toEqual({ message: "Member removed", member_count: 3 });
    expect((await remove(ada, eve.id)).json.member_count).toBe(3);
    expect((await grover.get(`/api/groups/${group.group_id}`, eve.token)).status).toBe(403);
    expect((await remove(ada, ada.id)).json.member_count).toBe(2);
    expect((await grover.get(`/api/groups/${group.group_id}`, bob.token)).json).toMatchObject({ owner_id: bob.id, is_owner: true });
    await remove(dan, dan.id);
    expect((await remove(bob, bob.id)).json.member_count).toBe(0);
    expect((await grover.get(`/api/groups/${group.group_id}`, bob.token)).json.detail).toBe("Group not found");
  });
});
