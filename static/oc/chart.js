// Charts: uPlot on the numbers that stand in the page as JSON; drawn again when the theme or the width changes.
(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const seriesColor = (index) => token(`--oc-series-${(index % 4) + 1}`);
  const drawn = new Map();

  // Days stand at their midnight UTC, so that no zone shifts them; words stand at their position.
  const positions = (data) => data.labels.map((label, index) => (data.days ? Date.parse(`${label}T00:00:00Z`) / 1000 : index));

  function stacked(values) {
    const sums = [];
    return values.map((series) => series.map((value, index) => (sums[index] = (sums[index] || 0) + (value || 0))));
  }

  // A word that is wider than its place is cut; the table below has it whole.
  const cut = (word, width) => (word.length * 6 > width ? `${word.slice(0, Math.max(1, Math.floor(width / 6) - 1))}…` : word);

  function axes(data) {
    const common = { stroke: token("--oc-quiet"), font: '11px "Inter", sans-serif', ticks: { show: false } };
    const grid = { stroke: token("--oc-line"), width: 1 };
    const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 2 });
    const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", timeZone: "UTC" });
    const across = data.days
      ? { ...common, grid: { show: false }, size: 26, space: 64, values: (_, at) => at.map((value) => (value % 86400 ? "" : day.format(value * 1000))) }
      : { ...common, grid: { show: false }, size: 26, space: 60, incrs: [1, 2, 5, 10, 20, 50, 100], values: (u, at) => at.map((value) => cut(data.labels[value] ?? "", u.bbox.width / devicePixelRatio / Math.max(at.length, 1))) };
    return [across, { ...common, grid, size: 52, values: (_, at) => at.map((value) => (data.decimals || Number.isInteger(value) ? short.format(value) : "")) }];
  }

  function series(data, raw, step) {
    const exact = new Intl.NumberFormat("en-GB", { minimumFractionDigits: data.decimals, maximumFractionDigits: Math.max(data.decimals, 2) });
    const bars = data.kind === "bar" || data.kind === "stacked";
    const many = data.kind === "bar" ? data.names.length : 1;
    const shown = (index) => (_, value, __, at) => (at == null || raw[index][at] == null ? "–" : exact.format(raw[index][at]));
    const path = (index) => {
      if (bars) return uPlot.paths.bars({ size: [0.68, 46], disp: many > 1 ? grouped(index, many, step) : undefined });
      if (data.marks[index]) return () => null;
      return data.kind === "step" ? uPlot.paths.stepped({ align: 1 }) : undefined;
    };
    const lonely = raw.map((values) => values.flatMap((value, at) => (value != null && values[at - 1] == null && values[at + 1] == null ? [at] : [])));
    return data.names.map((label, index) => ({
      label, value: shown(index), stroke: seriesColor(index), width: bars ? 0 : 1.75,
      // A value between gaps has no line to be seen by, and marks have none at all.
      points: { show: !bars && (data.marks[index] || lonely[index].length > 0), size: data.marks[index] ? 9 : 7, fill: seriesColor(index), ...(data.marks[index] ? {} : { filter: () => lonely[index] }) },
      fill: bars ? seriesColor(index) : data.kind === "area" ? `color-mix(in oklab, ${seriesColor(index)} 16%, transparent)` : undefined,
      paths: path(index),
    }));
  }

  // Several sets of bars stand beside each other within the place of their label.
  function grouped(index, many, step) {
    const width = (0.72 * step) / many;
    return {
      x0: { unit: 1, values: (u) => u.data[0].map((at) => at - 0.36 * step + index * width) },
      size: { unit: 1, values: (u) => u.data[0].map(() => width * 0.92) },
    };
  }

  function draw(place) {
    drawn.get(place)?.destroy();
    const data = JSON.parse(document.getElementById(place.dataset.ocChart).textContent);
    if (!data.labels.length) return;
    const at = positions(data);
    const isStack = data.kind === "stacked";
    const values = isStack ? stacked(data.values) : data.values;
    const order = isStack ? [...values.keys()].reverse() : [...values.keys()];
    const step = at.length > 1 ? at[1] - at[0] : 1;
    const told = series(data, data.values, step);
    const bars = data.kind === "bar" || isStack;
    place.replaceChildren();
    place.style.minHeight = "";
    drawn.set(place, new uPlot({
      width: Math.max(200, place.clientWidth), height: data.height, tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), "UTC"),
      scales: {
        x: { time: data.days, range: bars || at.length === 1 ? [at[0] - step * 0.6, at.at(-1) + step * 0.6] : [at[0], at.at(-1)] },
        y: { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : low < 0 ? 0 : 1] },
      },
      axes: axes(data),
      series: [{ label: data.days ? "Day" : "At", value: (_, value) => (value == null ? "–" : data.labels[at.indexOf(value)]) }, ...order.map((index) => told[index])],
      cursor: { y: false, drag: { x: false, y: false } },
      legend: { live: true, isolate: false },
    }, [at, ...order.map((index) => values[index])], place));
  }

  function drawAll() {
    for (const place of document.querySelectorAll("[data-oc-chart]")) draw(place);
  }

  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 120); };
  document.addEventListener("DOMContentLoaded", () => {
    document.fonts.ready.then(drawAll);
    new MutationObserver(soon).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    window.addEventListener("resize", soon);
  });
  document.addEventListener("htmx:afterSwap", soon);
})();
