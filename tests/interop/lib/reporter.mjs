// Judges two transcripts and prints TAP-like lines; the last line counts.
import { diffLines, formatDiff, hunks } from "./diff.mjs";

const comment = (text) => text.trimEnd().split("\n").map((line) => `#   ${line}`).join("\n");

export class Reporter {
  constructor({ allowed, print }) {
    this.allowed = allowed;
    this.used = new Set();
    this.print = print;
    this.number = 0;
    this.counts = { passed: 0, failed: 0, skipped: 0 };
  }

  line(kind, title, detail) {
    this.counts[kind]++;
    this.number++;
    const word = kind === "failed" ? "not ok" : "ok";
    const suffix = kind === "skipped" ? ` # SKIP ${detail}` : "";
    console.log(`${word} ${this.number} - ${title}${suffix}`);
    if (kind !== "skipped" && detail) console.log(detail);
  }

  complain(title, complaints) {
    if (complaints.length) this.line("failed", title, complaints.map(comment).join("\n"));
  }

  // Findings that come from no transcripts: { title, complaint: text or null, skip: a reason }.
  verdicts(about, findings) {
    for (const { title, complaint, skip } of findings) {
      if (skip) this.line("skipped", `${about}: ${title}`, skip);
      else this.line(complaint ? "failed" : "passed", `${about}: ${title}`, complaint ? comment(complaint) : undefined);
    }
  }

  judge(task, one, results) {
    const skipped = results.find(({ skip }) => skip);
    if (skipped) return this.line("skipped", one.title, skipped.skip);
    const [reference, ours] = results;
    if (this.print) console.log(reference.lines.map((line) => `# | ${line}`).join("\n"));
    const diff = diffLines(reference.lines, ours.lines);
    const differs = !hunks(diff).every((hunk) => this.entryFor(task, one, hunk));
    const errors = results.filter(({ error }) => error).map(({ error }) => comment(error));
    if (!differs && errors.length === 0) return this.line("passed", one.title);
    const legend = "#   (- reference, + ours)\n";
    this.line("failed", one.title, [...errors, ...(differs ? [legend + formatDiff(diff)] : [])].join("\n"));
  }

  // The entry of the allow-list that names exactly this difference.
  entryFor(task, one, hunk) {
    const entry = this.allowed.find(
      (each) =>
        each.scenario === task.name &&
        (each.case === undefined || each.case === one.name) &&
        each.reference.join("\n") === hunk.reference.join("\n") &&
        each.ours.join("\n") === hunk.ours.join("\n"),
    );
    if (entry) this.used.add(entry);
    return entry;
  }

  // An entry of the allow-list that no longer happens must go, or it would hide the next defect.
  checkStale(tasks) {
    const ran = new Set(tasks.map(({ name }) => name));
    for (const entry of this.allowed) {
      if (ran.has(entry.scenario) && !this.used.has(entry)) {
        this.line("failed", `differences.mjs: ${entry.scenario}: ${entry.case}: no longer differs as described`);
      }
    }
  }

  finish() {
    const { passed, failed, skipped } = this.counts;
    console.log(`1..${this.number}`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return failed === 0 && passed > 0 ? 0 : 1;
  }
}
