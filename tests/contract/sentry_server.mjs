// A server that speaks Sentry's envelope protocol, as a process of its own: Sentry's own code takes the envelopes apart.
// It tells its parent of every request, and answers as the parent last said.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { parseEnvelope } from "@sentry/core";

let answer = { status: 200, headers: {} }; // or "hang"
let connections = 0;

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  const [header, parts] = parseEnvelope(new Uint8Array(body));
  // Payloads are bytes, as long as their item says.
  const items = parts.map(([item, payload]) => [item, JSON.parse(Buffer.from(payload).toString())]);
  process.send({ request: { method: request.method, url: request.url, headers: request.headers, text: body.toString(), header, items, connection: request.socket.number } });
  if (answer === "hang") return;
  response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
  response.end(JSON.stringify({ id: header.event_id }));
});
server.on("connection", (socket) => (socket.number = ++connections));
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("message", (message) => {
  answer = message.answer;
  process.send({ answers: true });
});
