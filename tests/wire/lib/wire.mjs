// What a wire case works with: connections to the server under test, and the expectations most cases share.
import assert from "node:assert/strict";
import { OP } from "./frames.mjs";
import { HttpConnection, parseHead, request, requestBytes } from "./rawhttp.mjs";
import { describeFrame, RawWebSocket } from "./rawws.mjs";

export class Wire {
  constructor(server) {
    this.server = server;
    this.target = server.target;
    this.open = [];
  }

  get pollingPath() {
    return `${this.server.path}/?EIO=4&transport=polling`;
  }

  get websocketPath() {
    return `${this.server.path}/?EIO=4&transport=websocket`;
  }

  cleanUp() {
    for (const connection of this.open) connection.close();
  }

  async connect() {
    const connection = await HttpConnection.open(this.target);
    this.open.push(connection);
    return connection;
  }

  request(options) {
    return request(this.target, { path: this.pollingPath, ...options });
  }

  // The server serves a newcomer over both transports.
  async alive() {
    const response = await this.request({});
    assert.equal(response.status, 200, "a newcomer is served");
    const sid = openPacket(response.body.toString()).sid;
    await this.request({ method: "POST", path: `${this.pollingPath}&sid=${sid}`, body: "1" });
  }

  // Bytes that are no request: the connection ends, and what was said before that is at most a refusal.
  async refuses(bytes, statuses = [400]) {
    const connection = await this.connect();
    connection.write(bytes);
    const answer = (await connection.readToEnd()).toString("latin1");
    if (answer === "") return;
    const { status } = parseHead(answer.split("\r\n\r\n")[0]);
    assert.ok(statuses.includes(status), `answered ${status}, expected one of ${statuses}`);
  }

  // Bytes that are a request: the status of its answer.
  async status(bytes) {
    const connection = await this.connect();
    connection.write(bytes);
    return (await connection.response()).status;
  }

  async session() {
    const response = await this.request({});
    const { sid } = openPacket(response.body.toString());
    return { sid, path: `${this.pollingPath}&sid=${sid}` };
  }

  async websocket({ path, headers, early } = {}) {
    const ws = await RawWebSocket.connect(this.target, path ?? this.websocketPath, { headers, early });
    this.open.push({ close: () => ws.destroy() });
    return ws;
  }

  // A WebSocket past its open packet.
  async opened() {
    const ws = await this.websocket();
    assert.ok(ws.open, "the WebSocket handshake is accepted");
    openPacket((await ws.next()).payload.toString());
    return ws;
  }

  // A WebSocket that has joined "/" and heard its "auth" event.
  async joined() {
    const ws = await this.opened();
    ws.text("40");
    assert.match((await ws.next()).payload.toString(), /^40\{"sid":"[\w-]{20}"\}$/);
    assert.equal((await ws.next()).payload.toString(), '42["auth",{}]');
    return ws;
  }

  async expectFrame(ws, description) {
    assert.equal(describeFrame(await ws.next()), description);
  }

  // The server closes with this code (undefined: a close frame without one) and ends the connection.
  async expectClose(ws, code) {
    const frame = await ws.next();
    assert.ok(frame, `a close frame comes before the end of the connection`);
    assert.equal(frame.opcode, OP.CLOSE, `a close frame, not ${describeFrame(frame)}`);
    const got = frame.payload.length < 2 ? undefined : frame.payload.readUInt16BE(0);
    assert.equal(got, code, "the close code");
    assert.equal(await ws.next(), undefined, "nothing after the close frame");
  }

  async expectEcho(ws, text = "still here") {
    ws.text(`42["message","${text}"]`);
    await this.expectFrame(ws, `text 42["message-back","${text}"]`);
  }
}

export function openPacket(text) {
  assert.equal(text[0], "0", `an open packet, not ${text}`);
  const packet = JSON.parse(text.slice(1));
  assert.match(packet.sid, /^[\w-]{20}$/);
  return packet;
}

export { requestBytes };
