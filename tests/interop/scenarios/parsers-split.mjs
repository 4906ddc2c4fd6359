// A parser that the program brings along, whose packets are several messages: what other scenarios do with stock clients.
import { cases as acks } from "./acks.mjs";
import { cases as binary } from "./binary.mjs";
import { cases as namespaces } from "./namespaces.mjs";
import { cases as rooms } from "./rooms.mjs";

export const transports = ["polling"];
export const servers = ["--parser", "split"];

// Those that write packets by hand write the default parser's; this one's author forgot array buffers and look-alikes.
const UNFIT = /\.ws\(|\.polling\(|engine\.write|deep|\.buffer\b|_placeholder/;

export const cases = [...acks, ...binary, ...namespaces, ...rooms].filter(({ run }) => !UNFIT.test(run.toString()));
