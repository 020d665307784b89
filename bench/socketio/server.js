// The yardstick from the Node world: the official Socket.IO server, doing what bench_realtime_server does.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.join("room");
  socket.emit("ready", { user_id: null });
  socket.on("say", (payload) => io.to("room").emit("said", payload));
});
http.listen(Number(process.argv[2]), "127.0.0.1", 1024);
