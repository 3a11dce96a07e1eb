// Keeps the answers of a module as they are given, and tries again where the connection is lost; the buttons still work.
// Only what differs from what is known to be stored is sent, so that an old page takes nothing from a newer one.
"use strict";

const form = document.querySelector("form[data-autosave]");
const status = form.querySelector("[data-autosave-status]");
const PAUSE = 800;
const LONGEST_WAIT = 30_000;
const PATIENCE = 20_000;
// The server tells the requests of one page apart from those of others, and knows which came last.
const page = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const steps = [...form.querySelectorAll('input[name="shown"]')].map((shown) => ({
  shown,
  id: shown.value.split(":")[0],
}));
let number = 0;
let timer;
let wait = PAUSE;
let unsaved = false;
let running = false;
let leaving = false;
let sendAfter = null;

// The page of a refused form has the address of the form; on the way back, browsers would ask whether to send it again.
const address = form.getAttribute("action").replace(/save\/$/, "");
if (location.pathname !== address) history.replaceState(null, "", address);

// What the fields hold now, as text that can be compared.
function given({ id }) {
  return JSON.stringify(new FormData(form).getAll(`answer-${id}`));
}

for (const step of steps) step.stored = given(step);

function say(what) {
  if (status.textContent !== status.dataset[what]) status.textContent = status.dataset[what];
}

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

async function save() {
  clearTimeout(timer);
  if (running || !unsaved || leaving) return;
  running = true;
  unsaved = false;
  say("saving");
  const outcome = await send().catch(() => "lost");
  running = false;
  if (outcome !== "saved" || !unsaved) say(outcome);
  if (outcome === "stopped") document.body.dataset.stopped = "";
  if (outcome === "lost" || outcome === "stopped") {
    unsaved = true;
    sendAfter = null;
  }
  wait = outcome === "lost" ? Math.min(wait * 2, LONGEST_WAIT) : PAUSE;
  if (outcome === "lost") later(wait);
  else if (!unsaved) sendAfter?.();
  else if (outcome !== "stopped") later(sendAfter ? 0 : PAUSE);
}

// Anything but our own short answer means that this page may not save any more: signed out, or closed.
async function send() {
  const sent = steps.filter((step) => given(step) !== step.stored).map((step) => ({ step, what: given(step) }));
  if (sent.length === 0) return "saved";
  const body = changed(sent);
  // Until the server answers, nobody knows what it has of these.
  for (const { step } of sent) step.stored = null;
  const response = await fetch(form.action, {
    method: "POST",
    body,
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status >= 500) throw new Error(response.status);
  const own = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!own || response.redirected) return "stopped";
  const { saved, kept = {}, conflicts = [], ...shown } = await response.json();
  if (shown.badges) show(shown);
  for (const { step, what } of sent) {
    if (!(step.id in kept)) continue;
    step.stored = what;
    step.shown.value = `${step.id}:${kept[step.id]}`;
  }
  if (saved) return "saved";
  return conflicts.length ? "conflict" : "refused";
}

// Says how far the module is, and of each step whether it is answered, as the server counts it.
function show({ badges, answered, progress }) {
  document.querySelectorAll("[data-progress-text]").forEach((text) => (text.textContent = progress));
  document.querySelectorAll("main progress").forEach((bar) => (bar.value = answered));
  for (const [id, { label, tone }] of Object.entries(badges)) {
    const badge = form.querySelector(`[data-badge="${id}"]`);
    if (!badge) continue;
    badge.textContent = label;
    badge.dataset.tone = tone;
  }
}

// The form with these steps alone.
function changed(sent) {
  const body = new FormData(form);
  body.delete("shown");
  for (const step of steps) {
    if (sent.some((each) => each.step === step)) body.append("shown", step.shown.value);
    else body.delete(`answer-${step.id}`);
    body.delete(`typed-${step.id}`);
  }
  body.append("page", page);
  body.append("number", ++number);
  return body;
}

form.addEventListener("input", () => {
  unsaved = true;
  // What was saved is not what stands here now.
  if (status.textContent === status.dataset.saved) status.textContent = "";
  later(PAUSE);
});
// A page that can't be reached would take the answers with it: what is not kept yet is kept first, then the form goes.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  leaving = !unsaved && !running;
  sendAfter = leaving ? null : () => form.requestSubmit(event.submitter);
  if (leaving) return;
  event.preventDefault();
  save();
});
// Back from a page that could not be reached: what was given is still here, so go on keeping it.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving = false;
  unsaved = true;
  later(PAUSE);
});
addEventListener("online", save);
// Signed in again, in another tab (account_now.js): what could not be sent meanwhile is kept now.
document.addEventListener("account-is-open", () => {
  if (!("stopped" in document.body.dataset)) return;
  delete document.body.dataset.stopped;
  save();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && (unsaved || running)) event.preventDefault();
});
