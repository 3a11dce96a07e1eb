// Keeps a page honest: time left, Keep open, and nothing sent from it once another account is open in this browser.
const page = document.body.dataset;
const bar = document.getElementById("assumed-session");
const mine = `${page.account} ${bar?.dataset.session ?? ""}`;
const tabs = new BroadcastChannel("account now");
const WARNED_BEFORE = 120;
let endsAt;
let warned = false;
let outdated = false;
let checked = null;
let stopped = [];

// The server knows whose account is open; being asked is no activity. An answer by way of sign-in says why one is there.
async function ask() {
  let response = await fetch(page.now, { cache: "no-store" });
  if (response.redirected) response = await fetch(page.now + new URL(response.url).search, { cache: "no-store" });
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = parsed.getElementById("account-now");
  if (!now) return !outdated;
  if (`${now.dataset.account} ${now.dataset.session ?? ""}` !== mine) {
    if (!outdated) retire(now);
    return false;
  }
  goOn(now.dataset.token);
  if (bar) {
    lastUntil(now.dataset.seconds, "canStay" in now.dataset);
  }
  return !outdated;
}

// Nothing can be sent until the account is open again; what was typed stays to be read and copied.
function retire(notice) {
  outdated = true;
  document.body.prepend(notice);
  notice.querySelector("[data-reload]")?.addEventListener("click", () => location.reload());
  stopped = document.querySelectorAll("form button:enabled, form input[type=submit]:enabled");
  for (const button of stopped) button.disabled = true;
}

// The same account is open, perhaps again: a sign-in gives forms a new token, and a page that had stopped goes on.
function goOn(token) {
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  if (outdated) {
    outdated = false;
    document.getElementById("account-now").remove();
    for (const button of stopped) button.disabled = false;
  }
  document.dispatchEvent(new Event("account-is-open"));
}

function lastUntil(seconds, canStay) {
  endsAt = Date.now() + seconds * 1000;
  if (!canStay) bar.querySelector("[data-keep-open]")?.remove();
  if (seconds > WARNED_BEFORE) warned = false;
  show();
}

function show() {
  const seconds = Math.max(0, (endsAt - Date.now()) / 1000);
  const said = bar.querySelector("[role=status]");
  const minutes = String(Math.ceil(seconds / 60));
  for (const shown of bar.querySelectorAll("[data-minutes]")) if (shown.textContent !== minutes) shown.textContent = minutes;
  if (seconds > WARNED_BEFORE) said.textContent = "";
  else if (warned) said.textContent = bar.querySelector("[data-keep-open]") ? said.dataset.stay : said.dataset.limit;
  return seconds;
}

// Another tab may have gone on meanwhile: what the clock says is asked for before it is believed.
async function tick() {
  if (outdated) return;
  const seconds = show();
  if (seconds > WARNED_BEFORE || (warned && seconds > 0)) return;
  warned = true;
  await ask().catch(() => {});
}

async function stay(form, button) {
  const headers = { Accept: "application/json" };
  await fetch(button.formAction, { method: "POST", body: new FormData(form), headers });
  await ask();
  tell();
}

function tell() {
  tabs.postMessage({ mine, endsAt });
}

tabs.addEventListener("message", async ({ data }) => {
  if (outdated || "stopped" in page) {
    if (data.mine === mine) await ask().catch(() => {});
  } else if (data.mine !== mine) {
    // Whichever page is the old one finds out: this one by asking, the other by being told.
    if (await ask().catch(() => false)) tell();
  } else if (bar && data.endsAt) {
    endsAt = data.endsAt;
    warned = endsAt - Date.now() <= WARNED_BEFORE * 1000;
    show();
  }
});

document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const staying = bar?.contains(form) && submitter && "keepOpen" in submitter.dataset;
    const leaving = bar?.contains(form) && !staying;
    if (!outdated && (!bar || leaving || form.method !== "post" || checked === form)) {
      checked = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (outdated) return;
    try {
      if (staying) return await stay(form, submitter);
      if (!(await ask())) return;
    } catch {
      // Without an answer the browser has to say that nobody can be reached.
    }
    checked = form;
    form.requestSubmit(submitter);
  },
  true,
);

addEventListener("pageshow", (event) => event.persisted && ask().catch(() => {}));
// The first page of a session in this tab begins at its heading, which a screen reader tells with the bar: once.
function begin() {
  const heading = document.querySelector("main h1");
  if (sessionStorage.getItem("assumed session") === bar.dataset.session || !heading) return;
  sessionStorage.setItem("assumed session", bar.dataset.session);
  if (document.activeElement !== document.body) return;
  heading.tabIndex = -1;
  heading.setAttribute("aria-describedby", "assumed-session-said");
  heading.focus({ preventScroll: true });
}

if (bar) {
  begin();
  endsAt = Date.now() + bar.dataset.seconds * 1000;
  setInterval(tick, 5000);
  tick();
}
tell();
