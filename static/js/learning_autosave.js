// Keeps the answers of a module as they are given, and tries again where the connection is lost; the buttons still work.
"use strict";

const form = document.querySelector("form[data-autosave]");
const status = form.querySelector("[data-autosave-status]");
const PAUSE = 800;
const LONGEST_WAIT = 30_000;
const PATIENCE = 20_000;
let timer;
let wait = PAUSE;
let unsaved = false;
let running = false;
let leaving = false;
let sendAfter = null;

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
  const response = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status >= 500) throw new Error(response.status);
  const own = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!own || response.redirected) return "stopped";
  return response.ok ? "saved" : "refused";
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
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && (unsaved || running)) event.preventDefault();
});
