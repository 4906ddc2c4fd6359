// Values as a transcript shows them: nothing that differs may look alike.
import { createHash } from "node:crypto";

const LONG = 400;

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

function showBytes(value) {
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  const body = bytes.length > 64 ? `sha256:${digest(bytes)}` : bytes.toString("hex");
  return `<${bytes.length} bytes ${body}>`;
}

export function showText(text) {
  const quoted = JSON.stringify(text);
  if (quoted.length <= LONG) return quoted;
  return `${quoted.slice(0, LONG / 4)}…<${text.length} units sha256:${digest(quoted)}>`;
}

export function show(value) {
  if (value === undefined) return "undefined";
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return showText(value);
  if (typeof value === "function") return "<function>";
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return showBytes(value);
  if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
  const members = Object.keys(value).map((key) => `${showText(key)}:${show(value[key])}`);
  return `{${members.join(",")}}`;
}

export const showAll = (values) => values.map(show).join(" ");
