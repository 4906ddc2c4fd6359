// A client of connection state recovery by hand: private ids and offsets.
const OFFSET = /"[P-R][0-9A-Za-z_-]{6}(\.[0-9A-Za-z_-]+)?"/g;

export function hideOffsets(t) {
  const log = t.transcript.log.bind(t.transcript);
  t.transcript.log = (text) => log(String(text).replace(OFFSET, '"<offset>"'));
}

// Opens a WebSocket and asks for the namespace; what the server answers up to CONNECT goes into the transcript.
export async function open(t, name, auth) {
  const raw = await t.ws(name);
  await raw.recv();
  raw.ws.text(`40${auth === undefined ? "" : JSON.stringify(auth)}`);
  for (;;) {
    const frame = await raw.ws.next();
    const text = frame.payload.toString();
    const connect = /^40(.*)/.exec(text);
    if (connect) Object.assign(raw, JSON.parse(connect[1]));
    t.transcript.mask(raw.sid, `<sid ${name}>`);
    t.transcript.mask(raw.pid, `<pid ${name}>`);
    raw.log(`<- ${raw.describe(frame)}`);
    if (connect) return raw;
  }
}

// The offset of the next event, which is in the transcript then.
export async function offsetOf(raw) {
  const frame = await raw.recv();
  return JSON.parse(/\[.*/.exec(frame.payload.toString())[0]).pop();
}

// What it says when it comes back.
export const back = (alice, changes) => ({ pid: alice.pid, offset: alice.offset, ...changes });
