// The yardstick from the Node world: Fastify, one process, a constant answer.
const fastify = require("fastify")({ logger: false });

const schema = {
  response: { 200: { type: "object", properties: { status: { type: "string" }, message: { type: "string" } } } },
};
const answer = { status: "ok", message: "a constant answer of about the size of the floor's" };

fastify.get("/", { schema }, (request, reply) => reply.send(answer));
fastify.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
