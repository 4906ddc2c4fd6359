// No server outlives the run that started it, however the run ends.
const children = new Set();

export function ownChild(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

const killAll = () => children.forEach((child) => child.kill("SIGKILL"));

process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
