// Clients without a library between the scenario and the wire: HTTP requests, polling sessions, WebSockets.
import { HttpConnection, request, requestBytes } from "../../wire/lib/rawhttp.mjs";
import { describeFrame, RawWebSocket } from "../../wire/lib/rawws.mjs";
import { showText } from "./show.mjs";

// Of the hop, of the moment, or of the framing (the body itself is shown): the two servers need not agree on these.
const UNSHOWN = new Set(["date", "connection", "keep-alive", "content-length", "transfer-encoding"]);

export function describeResponse(response) {
  if (response === null) return "connection ended without an answer";
  const headers = response.headers
    .filter(([name]) => !UNSHOWN.has(name) && name !== "sec-websocket-accept")
    .map(([name, value]) => `\n    ${name}: ${value}`)
    .sort();
  return `${response.status} ${response.reason}${headers.join("")}\n    ${showText(response.body.toString())}`;
}

function noticeSids(transcript, response) {
  if (response) transcript.noticeSids(response.body.toString());
}

export async function httpRequest(context, label, options) {
  const response = await request(context.target, options);
  noticeSids(context.transcript, response);
  context.transcript.log(`${label}: ${describeResponse(response)}`);
  closeLater(context, options.path, response);
  return response;
}

// A handshake made by such a request opens a session that nobody would close.
export function closeLater({ target, sessions }, path, response) {
  const open = /^(___eio.*)?0\{\\*"sid\\*":\\*"([^"\\]+)/.exec(response?.body.toString() ?? "");
  if (!open) return;
  const [body, type] = open[1] ? ["d=1", "application/x-www-form-urlencoded"] : ["1", "text/plain"];
  const close = { method: "POST", path: `${path.replace(/&(mode|cors)=[^&]*/, "")}&sid=${open[2]}`, headers: { "Content-Type": type }, body };
  sessions.push({ close: () => request(target, close).catch(() => {}) });
}

export class RawSocket {
  constructor(transcript, name, ws) {
    this.transcript = transcript;
    this.name = name;
    this.ws = ws;
  }

  static async open({ transcript, target, path, raws }, name, { query = "EIO=4&transport=websocket", ...rest } = {}) {
    const ws = await RawWebSocket.connect(target, `${path}/?${query}`, rest);
    const socket = new RawSocket(transcript, name, ws);
    raws.push(ws);
    if (!ws.open) socket.log(`refused: ${describeResponse(ws.response)}`);
    return socket;
  }

  log(text) {
    this.transcript.log(`${this.name} ${text}`);
  }

  // Reads the open packet and joins "/" (or what `connect` says).
  async join(connect = "40") {
    await this.recv();
    this.send(connect);
    await this.recv();
    return this;
  }

  send(text) {
    this.log(`-> ${showText(text)}`);
    this.ws.text(text);
  }

  sendBinary(bytes) {
    this.log(`-> ${Buffer.from(bytes).toString("hex")}`);
    this.ws.binary(bytes);
  }

  describe(frame) {
    const text = describeFrame(frame);
    this.transcript.noticeSids(text);
    return text.length > 600 ? showText(text) : text;
  }

  async recv(count = 1) {
    let frame;
    for (let i = 0; i < count; i++) {
      frame = await this.ws.next();
      this.log(`<- ${this.describe(frame)}`);
    }
    return frame;
  }

  // Everything up to the end of the connection.
  async drain() {
    while (await this.recv());
  }

  // A round trip of the Socket.IO layer in "/".
  async fence() {
    this.ws.text('42999["ack"]');
    for (;;) {
      const frame = await this.ws.next();
      if (frame?.payload.toString() === "43999[]") return;
      this.log(`<- ${this.describe(frame)}`);
      if (frame === undefined) return;
    }
  }
}

// A polling session by hand. get() and post() resolve to the response; `said` puts one in the transcript.
export class RawPolling {
  constructor(context, name, query) {
    this.context = context;
    this.transcript = context.transcript;
    this.name = name;
    this.query = query;
  }

  static async open(context, name, { query = "EIO=4&transport=polling", headers } = {}) {
    const session = new RawPolling(context, name, query);
    const response = await session.get({ headers });
    session.said("handshake", response);
    const open = /sid\\*":\\*"([A-Za-z0-9_-]+)/.exec(response.body.toString());
    if (open) {
      context.transcript.mask(open[1], `<engine id ${name}>`);
      session.sid = open[1];
      context.sessions.push(session);
    }
    return session;
  }

  get url() {
    const sid = this.sid ? `&sid=${this.sid}` : "";
    return `${this.context.path}/?${this.query}${sid}`;
  }

  get(options = {}) {
    return request(this.context.target, { path: this.url, ...options });
  }

  post(body, { headers, ...options } = {}) {
    return request(this.context.target, {
      method: "POST",
      path: this.url,
      headers: { "Content-Type": "text/plain;charset=UTF-8", ...headers },
      body,
      ...options,
    });
  }

  // A request of which the caller sends the bytes, to be held or cut.
  async begin(options) {
    const connection = await HttpConnection.open(this.context.target);
    this.context.raws.push({ destroy: () => connection.close() });
    connection.write(requestBytes({ path: this.url, ...options }));
    return connection;
  }

  said(what, response) {
    noticeSids(this.transcript, response);
    this.transcript.log(`${this.name} ${what}: ${describeResponse(response)}`);
    return response;
  }

  async sayGet(what = "GET", options) {
    return this.said(what, await this.get(options));
  }

  async sayPost(body, what = `POST ${showText(body.toString())}`, options) {
    return this.said(what, await this.post(body, options));
  }

  // Body lines only, for what is not about headers.
  async poll(what = "polls") {
    const response = await this.get();
    noticeSids(this.transcript, response);
    this.transcript.log(`${this.name} ${what}: ${response.status} ${showText(response.body.toString())}`);
    return response.body.toString();
  }

  async send(body) {
    const response = await this.post(body);
    this.transcript.log(`${this.name} sends ${showText(body.toString())}: ${response.status} ${response.body}`);
  }

  // Joins "/": POST 40, then the poll that carries the answer.
  async join(connect = "40") {
    await this.send(connect);
    await this.poll();
    return this;
  }

  // Says goodbye, if the session still lives.
  close() {
    return this.post("1").catch(() => {});
  }

  // A request that changes nothing: once it is answered, the server has read what was sent before it.
  async settle() {
    await request(this.context.target, { path: `${this.context.path}/?EIO=4&transport=settle` });
  }

  // Starts a poll and makes sure the server holds it. Resolves to a function that waits for the answer.
  async hold() {
    const connection = await this.begin({});
    await this.settle();
    return () => connection.response();
  }
}
