// Where the server listens and how clients reach it: IPv6, both families, TLS.
import { networkInterfaces } from "node:os";
import { haveOpenssl } from "../lib/certificate.mjs";

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

export const cases = [
  ...(haveIPv6
    ? [
        { name: "IPv6", options: ["--host", "::1"], run: talk },
        { name: "both families, reached by IPv4", options: ["--host", "::"], run: talk },
      ]
    : []),
  ...(haveOpenssl() ? [{ name: "TLS", options: ["--tls"], run: talk }] : []),
];
