// Draws a dashboard's panels and asks for them again while somebody looks. The page names a panel by its number; what is asked of
// Prometheus for it, the server alone knows.

const EVERY_MS = 10_000;
const COLORS = ['#2563c9', '#d9730d', '#14835a', '#b3261e', '#7a4fc0', '#0f8ea3', '#a8771a', '#c2417c', '#55606e', '#6b8e23'];
const MINUTE = 60_000;
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * MINUTE);

const { dashboard } = document.body.dataset;
const problem = document.getElementById('problem');
const charts = new Map();

function round(value) {
  return value.toLocaleString('en', { maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 6, maximumFractionDigits: 3 });
}

function scaled(value, base, names) {
  let i = 0;
  while (Math.abs(value) >= base && i < names.length - 1) {
    value /= base;
    i += 1;
  }
  return `${round(value)} ${names[i]}`;
}

function duration(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.001) return `${round(seconds * 1e6)} µs`;
  if (size < 1) return `${round(seconds * 1000)} ms`;
  if (size < 60) return `${round(seconds)} s`;
  return size < 3600 ? `${round(seconds / 60)} min` : `${round(seconds / 3600)} h`;
}

function amount(value, unit) {
  switch (unit) {
    case 's': return duration(value);
    case 'bytes': return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
    case 'percentunit': return `${round(value * 100)} %`;
    case 'ops': case 'reqps': return `${round(value)}/s`;
    default: return round(value);
  }
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString('en-GB');
}

// The alert's limit, where the chart reaches so far.
const limitLine = {
  id: 'limit',
  afterDatasetsDraw({ ctx, chartArea, scales, options }) {
    const { limit } = options;
    if (limit == null || limit > scales.y.max || limit < scales.y.min) return;
    const y = scales.y.getPixelForValue(limit);
    ctx.save();
    ctx.strokeStyle = '#b3261e';
    ctx.setLineDash([5, 4]);
    ctx.beginPath();
    ctx.moveTo(chartArea.left, y);
    ctx.lineTo(chartArea.right, y);
    ctx.stroke();
    ctx.restore();
  },
};

function wholeMinutes(axis) {
  const step = TICKS.find((each) => (axis.max - axis.min) / each <= 8);
  axis.ticks = [];
  for (let at = Math.ceil(axis.min / step) * step; at <= axis.max; at += step) axis.ticks.push({ value: at });
}

// Bytes are counted in powers of two, and so are the lines behind them.
function stepOf(unit, series) {
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)));
  return unit === 'bytes' && most > 0 ? 2 ** Math.ceil(Math.log2(most / 5)) : undefined;
}

function lines({ unit, limit, from, to, series }) {
  return {
    type: 'line',
    plugins: [limitLine],
    data: {
      datasets: series.map(({ name, points }, i) => ({
        label: name,
        data: points.map(([x, y]) => ({ x, y })),
        borderColor: COLORS[i % COLORS.length],
        backgroundColor: COLORS[i % COLORS.length],
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      limit,
      elements: { line: { borderWidth: 1.5 }, point: { radius: 0, hitRadius: 8 } },
      spanGaps: Math.max(20_000, (to - from) / 60),
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: { type: 'linear', min: from, max: to, afterBuildTicks: wholeMinutes, grid: { display: false },
          ticks: { callback: (at) => clock(at).slice(0, 5), maxRotation: 0 } },
        y: { beginAtZero: true, suggestedMax: unit === 'percentunit' ? 0.01 : undefined, border: { display: false },
          ticks: { callback: (value) => amount(value, unit), maxTicksLimit: 7, stepSize: stepOf(unit, series) } },
      },
      plugins: {
        legend: { display: series.some(({ name }) => name), position: 'bottom', align: 'start', labels: { boxWidth: 8, boxHeight: 8 } },
        tooltip: { callbacks: {
          title: ([first]) => clock(first.parsed.x),
          label: ({ dataset, parsed }) => `${dataset.label} ${amount(parsed.y, unit)}`.trim(),
        } },
      },
    },
  };
}

function bars({ unit, series }) {
  return {
    type: 'bar',
    data: {
      labels: series.map(({ name }) => name),
      datasets: [{ data: series.map(({ points }) => points.at(-1)[1]), backgroundColor: COLORS[0], maxBarThickness: 22 }],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: 'y',
      scales: {
        x: { beginAtZero: true, ticks: { callback: (value) => amount(value, unit), maxTicksLimit: 5 } },
        y: { grid: { display: false }, ticks: { autoSkip: false } },
      },
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { label: ({ parsed }) => amount(parsed.x, unit) } },
      },
    },
  };
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function numbers({ unit, limit, words, series }) {
  const all = element('div', 'numbers', '');
  for (const { name, points } of series) {
    const value = points.at(-1)[1];
    const word = words[value];
    const color = word ? word.color : limit !== null && value >= limit ? 'red' : '';
    const one = element('div', '', '');
    one.append(element('b', color, word ? word.text : amount(value, unit)), element('span', 'quiet', name));
    all.append(one);
  }
  return all;
}

function draw(place, drawing) {
  const chart = charts.get(place);
  drawing.series = drawing.series.filter(({ points }) => points.length > 0);
  if (drawing.series.length > 0 && drawing.kind !== 'stat') {
    const config = drawing.kind === 'bargauge' ? bars(drawing) : lines(drawing);
    if (chart) {
      chart.data = config.data;
      chart.options = config.options;
      chart.update();
      return;
    }
    const canvas = element('canvas', '', '');
    place.replaceChildren(canvas);
    charts.set(place, new Chart(canvas, config));
    return;
  }
  if (chart) {
    chart.destroy();
    charts.delete(place);
  }
  place.replaceChildren(drawing.series.length > 0 ? numbers(drawing) : element('p', 'none', drawing.otherwise ?? 'nothing'));
}

async function refresh(panel) {
  // A panel takes the same question as the page: which item, how far back.
  const response = await fetch(`/monitor/${dashboard}/panels/${panel.dataset.panel}${window.location.search}`, { redirect: 'manual' });
  if (response.type === 'opaqueredirect') {
    window.location.reload(); // the cookie has run out: to the login
    return '';
  }
  const body = await response.json();
  if (!response.ok) return body.detail;
  draw(panel.querySelector('.drawing'), body);
  return '';
}

async function showAll() {
  if (!document.hidden) {
    const said = await Promise.all([...document.querySelectorAll('[data-panel]')].map((panel) =>
      refresh(panel).catch(() => 'The CMS does not answer.')));
    problem.textContent = said.find((sentence) => sentence) ?? '';
  }
  setTimeout(showAll, EVERY_MS);
}

for (const panel of document.querySelectorAll('[data-panel]')) {
  panel.style.setProperty('--width', panel.dataset.width);
  panel.style.setProperty('--height', panel.dataset.height);
}
document.querySelector('form').addEventListener('change', ({ currentTarget }) => currentTarget.submit());
Chart.defaults.font.family = 'system-ui, sans-serif';
Chart.defaults.color = '#6b665e';
showAll();
