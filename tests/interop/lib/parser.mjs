// The parsers that servers and clients of a scenario can be told to use.
import msgpack from "socket.io-msgpack-parser";
import json from "socket.io-json-parser";
import * as standard from "socket.io-parser";
import * as split from "./split_parser.mjs";

const parsers = { json, msgpack, split };

// undefined: the default one.
export function parserNamed(name) {
  if (name !== undefined && !parsers[name]) throw new Error(`no parser is named ${name}`);
  return parsers[name];
}

// The default one, that takes another number of attachments.
export function parserWith(maxAttachments) {
  class Decoder extends standard.Decoder {
    constructor() {
      super({ maxAttachments });
    }
  }
  return { ...standard, Decoder };
}
