// Where the server listens and how clients reach it: IPv6, both families, TLS.
import { networkInterfaces } from "node:os";
import { haveOpenssl } from "../lib/certificate.mjs";
import { within } from "../../wire/lib/wait.mjs";

const haveIPv6 = Object.values(networkInterfaces()).flat().some(({ address }) => address === "::1");

async function talk(t) {
  const alice = await t.connect("alice");
  await alice.call("handshake");
  alice.emit("echo", "hello", Buffer.from([1, 2, 3]));
  await alice.recv();
  alice.emit("bytes", 200000);
  await alice.recv();
  alice.emit("disconnect me", true);
  await alice.recv(2);
  await t.observer.report("disconnect");
}

// Longer without a word than a TLS handshake may take: the first ping comes after 6.5 s.
async function stay(t) {
  const alice = await t.connect("alice");
  const heard = new Promise((resolve) => {
    alice.socket.io.engine.once("ping", () => resolve("a ping"));
    alice.socket.once("disconnect", (reason) => resolve(reason));
  });
  t.log(`heard ${await within(heard, "a ping", 15000)}`);
  alice.emit("echo", "still here");
  await alice.recv();
}

export const cases = [
  ...(haveIPv6
    ? [
        { name: "IPv6", options: ["--host", "::1"], run: talk },
        { name: "both families, reached by IPv4", options: ["--host", "::"], run: talk },
      ]
    : []),
  ...(haveOpenssl()
    ? [
        { name: "TLS", options: ["--tls"], run: talk },
        { name: "TLS, idle for a while", options: ["--tls", "--ping-interval", "6500"], run: stay },
      ]
    : []),
];
