// What happened, line by line, with everything masked that may rightly differ from run to run.

const SID = /"sid\\*":\\*"([A-Za-z0-9_-]{20})\\*"/g;

export class Transcript {
  constructor() {
    this.lines = [];
    this.masks = new Map();
    this.unnamed = 0;
  }

  mask(secret, label) {
    if (secret && !this.masks.has(secret)) this.masks.set(secret, label);
  }

  // Session ids that show up in packets are masked without being announced.
  noticeSids(text) {
    for (const [, sid] of text.matchAll(SID)) {
      if (!this.masks.has(sid)) this.mask(sid, `<sid ${++this.unnamed}>`);
    }
    return text;
  }

  log(text) {
    for (const line of String(text).split("\n")) this.lines.push(line);
  }

  // Masks apply at the end: an id may be learnt after it was first seen.
  masked() {
    const masks = [...this.masks].sort((a, b) => b[0].length - a[0].length);
    return this.lines.map((line) => masks.reduce((text, [secret, label]) => text.replaceAll(secret, label), line));
  }
}
