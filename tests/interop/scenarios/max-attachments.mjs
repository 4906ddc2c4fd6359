// Another number of attachments than ten: an option of the default parser's decoder.
export const transports = ["raw"];
export const servers = ["--max-attachments", "3"];

const event = (count) => {
  const placeholders = Array.from({ length: count }, (_, num) => `,{"_placeholder":true,"num":${num}}`);
  return `45${count}-["echo"${placeholders.join("")}]`;
};

const sends = (count) => async (t) => {
  const ws = await (await t.ws("raw")).join();
  ws.send(event(count));
  for (let i = 0; i < count; i++) ws.sendBinary(Buffer.from([i]));
  await ws.fence();
  await t.observer.reported("error");
};

export const cases = [
  { name: "three", run: sends(3) },
  { name: "four", run: sends(4) },
  { name: "one hundred", options: ["--max-attachments", "100"], run: sends(100) },
  { name: "one more than a hundred", options: ["--max-attachments", "100"], run: sends(101) },
];
