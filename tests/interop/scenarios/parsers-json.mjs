// npm's socket.io-json-parser, which a program writes with a few lines of jansson.
import { cases as acks } from "./acks.mjs";
import { cases as rooms } from "./rooms.mjs";

export const transports = ["websocket"];
export const servers = ["--parser", "json"];

const UNFIT = /\.ws\(|\.polling\(|engine\.write|deep|Buffer|bytes/;

export const cases = [...acks, ...rooms].filter(({ run }) => !UNFIT.test(run.toString()));
