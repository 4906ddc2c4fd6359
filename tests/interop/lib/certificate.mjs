// A certificate for the length of the run, made by openssl.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

let made;

export function haveOpenssl() {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export function certificate() {
  if (made) return made;
  const directory = mkdtempSync(path.join(tmpdir(), "sio-certificate-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const cert = path.join(directory, "cert.pem");
  const key = path.join(directory, "key.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const subject = ["-subj", "/CN=localhost", "-days", "2", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  made = { cert, key };
  return made;
}
