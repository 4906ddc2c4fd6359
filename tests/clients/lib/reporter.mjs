// Speaks TAP, and counts.
export class Reporter {
  constructor() {
    this.counts = { passed: 0, failed: 0, skipped: 0 };
    this.started = performance.now();
  }

  get total() {
    return this.counts.passed + this.counts.failed + this.counts.skipped;
  }

  report(verdict, title, detail = "") {
    this.counts[verdict]++;
    const skip = verdict === "skipped" ? ` # SKIP ${detail.split("\n")[0]}` : "";
    console.log(`${verdict === "failed" ? "not ok" : "ok"} ${this.total} - ${title}${skip}`);
    if (verdict === "failed") console.log(detail.trimEnd().replace(/^/gm, "#   "));
  }

  // The last words; the process's status.
  end() {
    const { passed, failed, skipped } = this.counts;
    console.log(`# in ${Math.round((performance.now() - this.started) / 1000)} s`);
    console.log(`1..${this.total}`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed || !this.total ? 1 : 0;
  }
}
