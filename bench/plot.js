// Draws cost and latency against the number of connections, both on logarithmic axes, as one SVG.
"use strict";

const series = [
  ["echo-10", 10],
  ["echo", 100],
  ["echo-1000", 1000],
  ["echo-5000", 5000],
];
const colours = {
  ours: "#d1495b",
  node: "#3c8f40",
  eiows: "#8ab17d",
  uws: "#287271",
  socketioxide: "#b5651d",
  go: "#2a7fba",
  netty: "#7b5ea7",
  python: "#c9a227",
  lws: "#8d99ae",
  bare: "#444444",
};
const panel = { width: 380, height: 300, left: 64, top: 44, gap: 84 };

function scale(min, max, from, to) {
  const low = Math.log10(min);
  const high = Math.log10(max);
  return (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}

function ticks(min, max) {
  const all = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    all.push(10 ** power);
  }
  return all.filter((tick) => tick >= min && tick <= max);
}

// Our line is drawn last, over the others.
function linesOf(results, key) {
  return results
    .measured()
    .map(({ name }) => ({
      name,
      points: series
        .map(([workload, x]) => [x, results.figure(name, workload, key)])
        .filter(([, y]) => Number.isFinite(y) && y > 0),
    }))
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => (a.name === "ours") - (b.name === "ours"));
}

function axes(title, unit, x, y, range, left) {
  const bottom = panel.top + panel.height;
  const horizontal = ticks(range.min, range.max).map(
    (tick) =>
      `<line x1="${left}" x2="${left + panel.width}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/>` +
      `<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick.toLocaleString("en")}</text>`,
  );
  const vertical = series.map(
    ([, tick]) =>
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${panel.top}" y2="${bottom}" class="grid"/>` +
      `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick.toLocaleString("en")}</text>`,
  );
  return [
    `<text x="${left}" y="${panel.top - 16}" class="title">${title}, ${unit}</text>`,
    ...horizontal,
    ...vertical,
    `<text x="${left + panel.width / 2}" y="${bottom + 38}" text-anchor="middle">connections</text>`,
  ];
}

function drawPanel(results, index, { title, unit, key }) {
  const left = panel.left + index * (panel.width + panel.gap);
  const lines = linesOf(results, key);
  const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
  if (values.length === 0) {
    return [];
  }
  const range = { min: 10 ** Math.floor(Math.log10(Math.min(...values))), max: 10 ** Math.ceil(Math.log10(Math.max(...values))) };
  const x = scale(series[0][1], series.at(-1)[1], left + 8, left + panel.width - 8);
  const y = scale(range.min, range.max, panel.top + panel.height, panel.top);
  return [
    ...axes(title, unit, x, y, range, left),
    ...lines.map(({ name, points }) => {
      const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
      return `<polyline points="${path}" stroke="${colours[name]}" stroke-width="${name === "ours" ? 3.5 : 1.8}"/>`;
    }),
  ];
}

function legend(results) {
  const top = panel.top + panel.height + 66;
  return results.measured().map(({ name }, i) => {
    const x = panel.left + (i % 5) * 168;
    const y = top + Math.floor(i / 5) * 22;
    return `<line x1="${x}" x2="${x + 24}" y1="${y - 4}" y2="${y - 4}" stroke="${colours[name]}" stroke-width="4"/><text x="${x + 32}" y="${y}">${name}</text>`;
  });
}

function plot(results) {
  const width = panel.left + 2 * panel.width + panel.gap + 24;
  const height = panel.top + panel.height + 110;
  const body = [
    ...drawPanel(results, 0, { title: "Server CPU per echo", unit: "microseconds", key: "server_cpu_us_per_message" }),
    ...drawPanel(results, 1, { title: "Latency, 99th percentile", unit: "microseconds", key: "p99_us" }),
    ...legend(results),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Cost and latency of an echo against the number of connections">
<style>text{font:13px sans-serif;fill:#333}.title{font-weight:bold}.grid{stroke:#ddd}polyline{fill:none;stroke-linejoin:round}</style>
<rect width="100%" height="100%" fill="#fff"/>
${body.join("\n")}
</svg>
`;
}

module.exports = { plot };
