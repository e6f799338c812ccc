// Long work: its page goes along with it, and whatever page is open says when it has ended.

const EACH = 1000;
const NOW_AND_THEN = 15_000;
const number = new Intl.NumberFormat(document.documentElement.lang || "it", { useGrouping: "always" });
const UNDER_WAY = ["queued", "running"];

async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // The server is away for a moment: asked again later.
  }
}

// The numbers alone: the buttons stay, and the focus with them. What begins or ends is drawn anew.
async function follow(part) {
  const found = await ask(part.dataset.work);
  const row = found?.result ?? found;
  if (row?.status) {
    if (row.status !== part.dataset.status) return location.reload();
    const bar = part.querySelector("progress");
    const done = row.done + row.failed;
    part.querySelector("[data-done]").textContent = number.format(done);
    part.querySelector("[data-failed]").textContent = number.format(row.failed);
    part.querySelector("[data-wrong]").hidden = !row.failed;
    if (row.total) {
      bar.max = row.total;
      bar.value = done;
    }
  }
  setTimeout(() => follow(part), EACH);
}

// Said politely, and left until it is read: it leads to the work's page.
function toast(box, work) {
  const notice = document.createElement("p");
  const link = document.createElement("a");
  notice.className = "notice";
  link.href = document.body.dataset.workPage.replace(/0$/, work.id);
  link.textContent = work.title;
  notice.append(`${document.body.dataset.workEnded}: `, link);
  box.append(notice);
}

async function watch(box, known) {
  const found = await ask(document.body.dataset.works);
  const rows = found?.result ?? [];
  for (const row of rows) {
    if (known.has(row.id) && !UNDER_WAY.includes(row.status)) toast(box, row);
  }
  const busy = rows.filter((row) => UNDER_WAY.includes(row.status)).map((row) => row.id);
  const left = found ? new Set(busy) : known;
  if (left.size || !found) setTimeout(() => watch(box, left), NOW_AND_THEN);
}

const part = document.querySelector("[data-work]");
if (part) setTimeout(() => follow(part), EACH);
else if (document.body.dataset.works) {
  // There before it has something to say: else a screen reader would not say it.
  const box = document.createElement("div");
  box.className = "toasts";
  box.setAttribute("role", "status");
  document.body.append(box);
  watch(box, new Set());
}
