// Line diff of two transcripts (longest common subsequence; transcripts are short).

export function diffLines(expected, got) {
  const lengths = commonLengths(expected, got);
  const out = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < got.length) {
    if (i < expected.length && j < got.length && expected[i] === got[j]) {
      out.push(["  ", expected[i++]]);
      j++;
    } else if (j >= got.length || (i < expected.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      out.push(["- ", expected[i++]]);
    } else {
      out.push(["+ ", got[j++]]);
    }
  }
  return out;
}

function commonLengths(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

// Runs of differing lines: [{ reference, ours }].
export function hunks(diff) {
  const out = [];
  let open = null;
  for (const [mark, line] of diff) {
    if (mark === "  ") {
      open = null;
    } else {
      if (!open) out.push((open = { reference: [], ours: [] }));
      (mark === "- " ? open.reference : open.ours).push(line);
    }
  }
  return out;
}

// Only the neighbourhood of changes, as diff -U2 would show it.
export function formatDiff(diff, context = 2) {
  const near = diff.map((_, i) =>
    diff.slice(Math.max(0, i - context), i + context + 1).some(([mark]) => mark !== "  "),
  );
  const out = [];
  diff.forEach(([mark, line], i) => {
    if (near[i]) out.push(`#   ${mark}${line}`);
    else if (i > 0 && near[i - 1]) out.push("#     ...");
  });
  return out.join("\n");
}
