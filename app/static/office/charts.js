// The home's figures: asked of the API once the page is there, told, tabled, and drawn by ECharts,
// which is loaded when there is something to draw. The picture adds nothing to sentence and table.

import { file, filled, lines, number, sentence, table } from "./figures.js";

const MOST_BARS = 12;
const root = document.getElementById("figures");
const words = JSON.parse(root.dataset.words);
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const drawn = [];
let loading = null;

function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = root.dataset.library;
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

// The tokens as the reader's theme has them: a property's own text would be both themes'.
function colours() {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const resolved = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(
    ["ink", "soft", "paper", "line", "bound", "link", "sunk"].map((name) => [name, resolved(name)]),
  );
  probe.remove();
  return found;
}

class Picture {
  constructor(echarts, box, asked, all) {
    Object.assign(this, { box, asked });
    // What is kept back has no length: it is not drawn as a nothing.
    this.lines = all.filter((line) => line.numbers);
    if (!asked.weeks) this.lines = this.lines.slice(0, MOST_BARS);
    box.hidden = false;
    box.style.height = `${asked.weeks ? 240 : 48 + 34 * this.lines.length}px`;
    this.chart = echarts.init(box, null, { renderer: "svg" });
    this.draw();
    new ResizeObserver(() => this.resize()).observe(box);
  }

  resize() {
    this.chart.resize();
    this.draw();
  }

  draw() {
    const c = colours();
    const font = getComputedStyle(document.body).fontFamily;
    const narrow = this.box.clientWidth < 400;
    const text = { color: c.ink, fontFamily: font, fontSize: 14 };
    const names = {
      type: "category",
      data: this.lines.map((line) => line.name),
      inverse: !this.asked.weeks,
      axisLine: { lineStyle: { color: c.bound } },
      axisTick: { show: false },
      axisLabel: this.asked.weeks
        ? { ...text, hideOverlap: true, margin: 12 }
        : { ...text, width: narrow ? 90 : 150, overflow: "truncate" },
    };
    const numbers = {
      type: "value",
      minInterval: 1,
      axisLabel: { ...text, color: c.soft, hideOverlap: true, formatter: (n) => number.format(n) },
      splitLine: { lineStyle: { color: c.line } },
    };
    this.chart.setOption(
      {
        animation: !still,
        textStyle: text,
        grid: { left: 4, right: 24, top: 12, bottom: 8, containLabel: true },
        tooltip: {
          // Text drawn into the picture: a tooltip of HTML would bring styles of its own.
          renderMode: "richText",
          trigger: "axis",
          confine: true,
          axisPointer: { type: "shadow" },
          backgroundColor: c.paper,
          borderColor: c.bound,
          textStyle: text,
          formatter: (points) => this.tip(points[0].dataIndex),
        },
        xAxis: this.asked.weeks ? names : numbers,
        yAxis: this.asked.weeks ? numbers : names,
        series: this.series(c, text),
      },
      true,
    );
  }

  tip(at) {
    const { name, numbers } = this.lines[at];
    const told = this.asked.measures.map(([, label], n) => `${label}: ${number.format(numbers[n])}`);
    return [name, ...told].join("\n");
  }

  // A part is drawn in the whole: what is taken, and behind it what is there.
  series(c, text) {
    const two = this.asked.measures.length > 1;
    const bar = { type: "bar", stack: "whole", barMaxWidth: 26, cursor: "default" };
    const first = {
      ...bar,
      data: this.lines.map((line) => line.numbers[0]),
      itemStyle: { color: c.link },
      label: { ...text, show: !two, position: "right", formatter: (p) => number.format(p.value) },
    };
    const rest = {
      ...bar,
      data: this.lines.map((line) => Math.max(0, line.numbers[1] - line.numbers[0])),
      itemStyle: { color: c.sunk, borderColor: c.bound, borderWidth: 1 },
    };
    return two ? [first, rest] : [first];
  }
}

function tell(sheet, asked, all) {
  const more = !asked.weeks && all.filter((line) => line.numbers).length > MOST_BARS;
  const count = { number: MOST_BARS, lines: number.format(all.length) };
  const said = sentence(asked, words, all);
  const says = sheet.querySelector("[data-says]");
  says.textContent = more ? `${said} ${filled(words.drawn, count)}` : said;
  says.removeAttribute("aria-busy");
}

function fill(sheet, asked, all) {
  const [heads, ...cells] = table(asked, words, all);
  const cell = (tag, text, at) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (at) made.className = "is-number";
    return made;
  };
  const headings = heads.map((text, at) => cell("th", text, at));
  for (const heading of headings) heading.scope = "col";
  sheet.querySelector("thead tr").replaceChildren(...headings);
  const made = cells.map((texts) => {
    const row = document.createElement("tr");
    row.append(...texts.map((text, at) => cell(at ? "td" : "th", text, at)));
    row.firstChild.scope = "row";
    return row;
  });
  sheet.querySelector("tbody").replaceChildren(...made);
  sheet.querySelector("[data-file]").href = URL.createObjectURL(file([heads, ...cells]));
  sheet.querySelector("details").hidden = false;
}

async function show(sheet) {
  const asked = JSON.parse(sheet.dataset.figure);
  try {
    const answer = await fetch(asked.address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${asked.address}: ${answer.status}`);
    const all = lines(asked, words, (await answer.json()).result);
    tell(sheet, asked, all);
    if (!all.length) return;
    fill(sheet, asked, all);
    if (all.some((line) => line.numbers?.some(Boolean)))
      drawn.push(new Picture(await library(), sheet.querySelector(".picture"), asked, all));
  } catch {
    const says = sheet.querySelector("[data-says]");
    // A picture that does not come takes nothing away from the sentence.
    if (says.hasAttribute("aria-busy")) says.textContent = words.failed;
    says.removeAttribute("aria-busy");
  }
}

const again = () => drawn.forEach((picture) => picture.draw());
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
for (const sheet of root.querySelectorAll("[data-figure]")) show(sheet);
