// A polling session of protocol 3 by hand: answers are shown packet by packet, since the two servers may divide what they send
// among answers otherwise.
import { HttpConnection, request, requestBytes } from "../../wire/lib/rawhttp.mjs";
import { showText } from "./show.mjs";

// One packet of the text form: "<UTF-16 units>:<packet>".
function takeText(text) {
  const colon = text.indexOf(":");
  const end = colon + 1 + Number(text.slice(0, colon));
  return [showText(text.slice(colon + 1, end)), text.slice(end)];
}

// One of the binary form: 0 or 1, digits, 255, the packet.
function takeBinary(bytes) {
  const head = bytes.indexOf(255);
  const end = head + 1 + Number([...bytes.subarray(1, head)].join(""));
  const body = bytes.subarray(head + 1, end);
  return [bytes[0] ? body.toString("hex") : showText(body.toString()), bytes.subarray(end)];
}

// JSONP wraps the text form into a call.
const unwrapped = (text) => (text.startsWith("___eio[") ? JSON.parse(text.slice(text.indexOf("(") + 1, -2)) : text);

export function packetsOf({ body, get }) {
  const binary = get("content-type") === "application/octet-stream";
  const packets = [];
  for (let rest = binary ? body : unwrapped(body.toString()); rest.length > 0; ) {
    const [packet, after] = (binary ? takeBinary : takeText)(rest);
    packets.push(packet);
    rest = after;
  }
  return packets;
}

export function binaryPayload(...packets) {
  return Buffer.concat(
    packets.map((packet) => {
      const bytes = Buffer.from(packet);
      const head = [typeof packet === "string" ? 0 : 1, ...[...String(bytes.length)].map(Number), 255];
      return Buffer.concat([Buffer.from(head), bytes]);
    }),
  );
}

export const textPayload = (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join("");

const OCTETS = { "Content-Type": "application/octet-stream" };

export class PollingV3 {
  constructor(context, name, query) {
    Object.assign(this, { context, name, query, ahead: [] });
  }

  // Opens it and waits for the CONNECT of "/" that comes without asking.
  static async open(context, { name = "raw", query = "EIO=3&transport=polling", connect = '"40"' } = {}) {
    const session = new PollingV3(context, name, query);
    const response = await session.get();
    const [open, ...more] = packetsOf(response);
    session.sid = JSON.parse(JSON.parse(open).slice(1)).sid;
    context.transcript.mask(session.sid, "<engine id>");
    session.log(`opens: ${response.status} ${open}`);
    session.ahead = more;
    if (connect) await session.recv();
    context.sessions.push(session);
    return session;
  }

  log(text) {
    this.context.log(`${this.name} ${text}`);
  }

  get url() {
    return `${this.context.path}/?${this.query}${this.sid ? `&sid=${this.sid}` : ""}`;
  }

  get(options = {}) {
    return request(this.context.target, { path: this.url, ...options });
  }

  // One packet after the other, by as many polls as it takes.
  async recv(count = 1) {
    for (let i = 0; i < count; i++) {
      while (this.ahead.length === 0) this.ahead = packetsOf(await this.get());
      this.log(`<- ${this.ahead.shift()}`);
    }
  }

  // A poll as it is.
  async sayGet(options) {
    const response = await this.get(options);
    this.show("GET", response);
    return response;
  }

  show(what, response) {
    const octets = response.get("content-type") === "application/octet-stream";
    const body = octets ? response.body.toString("hex") : showText(response.body.toString());
    this.log(`${what}: ${response.status} ${response.get("content-type")} ${body}`);
  }

  post(body, headers) {
    const jsonp = /[?&]j=/.test(this.url);
    return request(this.context.target, {
      method: "POST",
      path: this.url,
      headers: { "Content-Type": jsonp ? "application/x-www-form-urlencoded" : "text/plain;charset=UTF-8", ...headers },
      body: jsonp ? `d=${encodeURIComponent(body)}` : body,
    });
  }

  async sayPost(body, headers) {
    this.show(`POST ${typeof body === "string" ? showText(body) : body.toString("hex")}`, await this.post(body, headers));
  }

  send(...packets) {
    return this.sayPost(textPayload(...packets));
  }

  sendBinary(...packets) {
    return this.sayPost(binaryPayload(...packets), OCTETS);
  }

  sayOctets(bytes) {
    return this.sayPost(Buffer.from(bytes), OCTETS);
  }

  // Starts a poll and makes sure that the server holds it. Resolves to a function that shows the answer.
  async hold() {
    const connection = await HttpConnection.open(this.context.target);
    this.context.raws.push({ destroy: () => connection.close() });
    connection.write(requestBytes({ path: this.url }));
    await request(this.context.target, { path: `${this.context.path}/?EIO=3&transport=settle` });
    return async () => this.show("held GET", await connection.response());
  }

  close() {
    return this.post("1:1").catch(() => {});
  }
}
