// HTTP/1.1 over a bare TCP or Unix socket: the bytes sent are exactly the bytes given, the answer is
// parsed strictly. A connection may carry several requests, half a request, or nonsense.
import net from "node:net";
import { DEFAULT_WAIT, within } from "./wait.mjs";

export function openSocket(target) {
  const socket = target.unix
    ? net.connect(target.unix)
    : net.connect(target.port, target.host || "127.0.0.1");
  socket.setNoDelay?.(true);
  return within(
    new Promise((resolve, reject) => {
      socket.once("connect", () => resolve(socket));
      socket.once("error", reject);
    }),
    "a TCP connection",
  );
}

export class HttpConnection {
  constructor(socket) {
    this.socket = socket;
    this.bytes = Buffer.alloc(0);
    this.ended = false;
    this.reset = false;
    this.wake = () => {};
    socket.on("data", (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.wake();
    });
    socket.on("end", () => this.finish());
    socket.on("close", () => this.finish());
    socket.on("error", (error) => {
      this.reset = error.code === "ECONNRESET" || error.code === "EPIPE";
      this.finish();
    });
  }

  static async open(target) {
    return new HttpConnection(await openSocket(target));
  }

  finish() {
    this.ended = true;
    this.wake();
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  close() {
    this.socket.destroy();
  }

  more(what, ms) {
    return within(new Promise((resolve) => (this.wake = resolve)), what, ms);
  }

  // All that arrives until the server ends the connection.
  async readToEnd(ms = DEFAULT_WAIT) {
    while (!this.ended) await this.more("the end of the connection", ms);
    const all = this.bytes;
    this.bytes = Buffer.alloc(0);
    return all;
  }

  async readHead(ms) {
    for (;;) {
      const end = this.bytes.indexOf("\r\n\r\n");
      if (end >= 0) {
        const head = this.bytes.subarray(0, end).toString("latin1");
        this.bytes = this.bytes.subarray(end + 4);
        return head;
      }
      if (this.ended) return null;
      await this.more("a response head", ms);
    }
  }

  async readExactly(length, ms) {
    while (this.bytes.length < length) {
      if (this.ended) throw new Error(`connection ended inside a body (${this.bytes.length} of ${length})`);
      await this.more("a response body", ms);
    }
    const body = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    return body;
  }

  async readLine(ms) {
    for (;;) {
      const end = this.bytes.indexOf("\r\n");
      if (end >= 0) {
        const line = this.bytes.subarray(0, end).toString("latin1");
        this.bytes = this.bytes.subarray(end + 2);
        return line;
      }
      if (this.ended) throw new Error("connection ended inside a chunk");
      await this.more("a chunk", ms);
    }
  }

  async readChunked(ms) {
    const chunks = [];
    for (;;) {
      const size = parseInt(await this.readLine(ms), 16);
      if (size > 0) chunks.push(Buffer.from(await this.readExactly(size, ms)));
      await this.readLine(ms);
      if (size === 0) return Buffer.concat(chunks);
    }
  }

  // The next response: { status, reason, headers: [[name, value]], get(name), body }, or null at the end.
  async response({ method = "GET", ms = DEFAULT_WAIT } = {}) {
    const head = await this.readHead(ms);
    if (head === null) return null;
    const response = parseHead(head);
    response.body = await this.readBody(response, method, ms);
    return response;
  }

  async readBody(response, method, ms) {
    if (method === "HEAD" || response.status === 204 || response.status === 304 || response.status === 101) {
      return Buffer.alloc(0);
    }
    if (/chunked/i.test(response.get("transfer-encoding") || "")) return this.readChunked(ms);
    const length = response.get("content-length");
    return length === undefined ? this.readToEnd(ms) : this.readExactly(Number(length), ms);
  }
}

export function parseHead(head) {
  const lines = head.split("\r\n");
  const [, version, status, reason] = /^HTTP\/(\d\.\d) (\d{3}) ?(.*)$/.exec(lines[0]) || [];
  if (!status) throw new Error(`not a status line: ${JSON.stringify(lines[0])}`);
  const headers = lines.slice(1).map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const get = (name) => (headers.find(([key]) => key === name) || [])[1];
  return { version, status: Number(status), reason, headers, get };
}

export function requestBytes({ method = "GET", path, headers = {}, body }) {
  const all = { Host: "localhost", ...headers };
  if (body !== undefined && all["Content-Length"] === undefined && !all["Transfer-Encoding"]) {
    all["Content-Length"] = Buffer.byteLength(body);
  }
  const lines = [`${method} ${path} HTTP/1.1`];
  for (const [name, value] of Object.entries(all)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) lines.push(`${name}: ${one}`);
    }
  }
  const head = Buffer.from(lines.join("\r\n") + "\r\n\r\n", "latin1");
  return body === undefined ? head : Buffer.concat([head, Buffer.from(body)]);
}

// One request on a connection of its own.
export async function request(target, options) {
  const connection = await HttpConnection.open(target);
  try {
    connection.write(requestBytes(options));
    return await connection.response({ method: options.method, ms: options.ms });
  } finally {
    connection.close();
  }
}
