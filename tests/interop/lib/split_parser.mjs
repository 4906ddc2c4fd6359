// A parser that nobody else has: a head, the data, and each attachment, in messages of their own. twin_parser.c
// does the same.
import { EventEmitter } from "node:events";

// Bytes leave placeholders behind.
function extract(value, bytes) {
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) {
    bytes.push(Buffer.from(value));
    return { _placeholder: true, num: bytes.length - 1 };
  }
  if (Array.isArray(value)) return value.map((each) => extract(each, bytes));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, extract(each, bytes)]));
}

function restore(value, bytes) {
  if (value === null || typeof value !== "object") return value;
  if (value._placeholder === true) return bytes[value.num];
  if (Array.isArray(value)) return value.map((each) => restore(each, bytes));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, restore(each, bytes)]));
}

export class Encoder {
  encode({ type, nsp, id, data }) {
    const bytes = [];
    const text = data === undefined ? "-" : JSON.stringify(extract(data, bytes));
    return [JSON.stringify({ type, nsp, id, count: bytes.length }), text, ...bytes];
  }
}

export class Decoder extends EventEmitter {
  add(message) {
    const binary = typeof message !== "string";
    if (!this.head) {
      if (binary) throw new Error("not a head");
      this.head = JSON.parse(message);
      this.bytes = [];
      this.text = undefined;
      return;
    }
    if (binary !== (this.text !== undefined)) throw new Error("bytes for text, or text for bytes");
    if (binary) this.bytes.push(Buffer.from(message));
    else this.text = message;
    if (this.bytes.length < this.head.count) return;
    const { type, nsp, id } = this.head;
    this.head = undefined;
    const data = this.text === "-" ? undefined : restore(JSON.parse(this.text), this.bytes);
    this.emit("decoded", { type, nsp, id, data });
  }

  destroy() {}
}
