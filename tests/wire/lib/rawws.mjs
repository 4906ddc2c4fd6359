// A WebSocket client that can misbehave: handshake headers, frames and close are all in the caller's hands.
// Only two things happen by themselves: a close frame is answered, and nothing else.
import { randomBytes } from "node:crypto";
import { closePayload, decodeFrame, encodeFrame, OP } from "./frames.mjs";
import { HttpConnection, requestBytes } from "./rawhttp.mjs";
import { DEFAULT_WAIT, Queue } from "./wait.mjs";

export function upgradeHeaders(extra = {}) {
  return {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...extra,
  };
}

export class RawWebSocket {
  constructor(connection, response) {
    this.connection = connection;
    this.response = response;
    this.open = response !== null && response.status === 101;
    this.answerClose = true;
    this.frames = new Queue("a WebSocket frame");
    this.partial = Buffer.alloc(0);
    if (this.open) this.startReading();
  }

  // Resolves when the handshake is answered, whatever the answer (`open` tells). `early` goes out with the request.
  static async connect(target, path, { headers, early } = {}) {
    const connection = await HttpConnection.open(target);
    const head = requestBytes({ path, headers: upgradeHeaders(headers) });
    connection.write(early ? Buffer.concat([head, early]) : head);
    const response = await connection.response();
    return new RawWebSocket(connection, response);
  }

  startReading() {
    const { socket } = this.connection;
    socket.removeAllListeners("data");
    this.onData(this.connection.bytes);
    this.connection.bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => this.onData(chunk));
    this.connection.wake = () => this.connection.ended && this.frames.close();
    this.connection.wake();
  }

  onData(chunk) {
    this.partial = Buffer.concat([this.partial, chunk]);
    for (;;) {
      const taken = decodeFrame(this.partial);
      if (!taken) return;
      this.partial = taken.rest;
      if (taken.frame.opcode === OP.CLOSE && this.answerClose) {
        this.frame({ opcode: OP.CLOSE, payload: taken.frame.payload });
        this.connection.socket.end();
      }
      this.frames.push(taken.frame);
    }
  }

  raw(bytes) {
    if (!this.connection.socket.destroyed) this.connection.socket.write(bytes);
  }

  frame(frame) {
    this.raw(encodeFrame(frame));
  }

  text(payload) {
    this.frame({ opcode: OP.TEXT, payload });
  }

  binary(payload) {
    this.frame({ opcode: OP.BINARY, payload });
  }

  close(code, reason) {
    this.frame({ opcode: OP.CLOSE, payload: closePayload(code, reason) });
  }

  destroy() {
    this.connection.close();
  }

  // The next frame, or undefined once the server has ended the connection.
  next(ms = DEFAULT_WAIT) {
    return this.frames.next(ms);
  }
}

export function describeFrame(frame) {
  if (frame === undefined) return "end of connection";
  const flags = (frame.fin ? "" : " unfinished") + (frame.rsv ? ` rsv=${frame.rsv}` : "");
  const masked = frame.masked ? " MASKED" : "";
  switch (frame.opcode) {
    case OP.TEXT:
      return `text${flags}${masked} ${frame.payload.toString()}`;
    case OP.BINARY:
      return `binary${flags}${masked} ${frame.payload.toString("hex")}`;
    case OP.CLOSE:
      return `close${masked} ${describeClose(frame.payload)}`;
    default:
      return `opcode ${frame.opcode}${flags}${masked} ${frame.payload.toString("hex")}`;
  }
}

function describeClose(payload) {
  if (payload.length < 2) return "without code";
  return `${payload.readUInt16BE(0)} ${JSON.stringify(payload.subarray(2).toString())}`;
}
