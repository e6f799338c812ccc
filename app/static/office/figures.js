// The figures of a home as the API answers them, made ready for table, sentence, file and picture.

const language = document.documentElement.lang || "it";
export const number = new Intl.NumberFormat(language);
const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
// What a spreadsheet takes for the beginning of a formula, as the server's files have it.
const RISKY = /^[\s]*[=+\-@＝＋－＠]|^[\t\r\n]/;

// The API's groups as lines: a name, and each measure's number, or null where it is kept back.
export function lines(asked, words, result) {
  const found = new Map();
  for (const group of result) {
    const value = group[asked.group];
    const key = asked.weeks ? monday(value) : value;
    const line = found.get(key) ?? { key, name: named(asked, words, key), numbers: null };
    if (!group.suppressed) {
      const numbers = asked.measures.map(([measure]) => Number(group[measure] ?? 0));
      line.numbers = line.numbers ? line.numbers.map((n, at) => n + numbers[at]) : numbers;
    }
    found.set(key, line);
  }
  const all = [...found.values()];
  if (asked.weeks) return all.sort((a, b) => (a.key < b.key ? -1 : 1));
  return all.sort((a, b) => (b.numbers?.[0] ?? -1) - (a.numbers?.[0] ?? -1));
}

function named(asked, words, key) {
  if (key === null || key === "") return words.missing;
  return asked.weeks ? day.format(new Date(key)) : (asked.values[key] ?? String(key));
}

// The Monday of a day's week: the calendar's days alone, no hours, no zones.
function monday(value) {
  const date = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

const part = (numbers) => (numbers[1] ? numbers[0] / numbers[1] : 0);

// The sentence that says what the table shows; what is kept back is said, never counted.
export function sentence(asked, words, all) {
  const known = all.filter((line) => line.numbers);
  const hidden = all.length - known.length;
  const sums = asked.measures.map((_, at) => known.reduce((sum, l) => sum + l.numbers[at], 0));
  const note = { hidden: number.format(hidden), least: asked.least };
  const kept = hidden ? [filled(words.note, note)] : [];
  if (!sums[0] && !sums[1]) return hidden ? kept[0] : words.empty;
  const weight = (line) => (asked.measures.length > 1 ? part(line.numbers) : line.numbers[0]);
  const most = known.reduce((best, line) => (weight(line) > weight(best) ? line : best));
  const said = filled(asked.says, {
    a: number.format(sums[0]),
    b: number.format(sums[1] ?? 0),
    share: share.format(part(sums)),
    most: most.name,
    most_a: number.format(most.numbers[0]),
    most_share: share.format(part(most.numbers)),
  });
  return [said, ...kept].join(" ");
}

export function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

// The table's headings and cells, in the reader's words.
export function table(asked, words, all) {
  const two = asked.measures.length > 1;
  const heads = [asked.heading, ...asked.measures.map(([, label]) => label)];
  const cells = all.map(({ name, numbers }) => [
    name,
    ...asked.measures.map((_, at) => (numbers ? number.format(numbers[at]) : words.hidden)),
    ...(two ? [numbers ? share.format(part(numbers)) : words.hidden] : []),
  ]);
  return [two ? [...heads, words.share] : heads, ...cells];
}

// The same as a file that an Italian spreadsheet opens as it is, and in which nothing runs.
export function file(rows) {
  const quoted = (text) => `"${(RISKY.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const text = rows.map((row) => row.map(quoted).join(";")).join("\r\n");
  return new Blob([`\ufeff${text}\r\n`], { type: "text/csv" });
}
