// Keeps the answers of a module as they are given, and tries again where the connection is lost; the buttons still work.
"use strict";

const form = document.querySelector("form[data-autosave]");
const status = form.querySelector("[data-autosave-status]");
const PAUSE = 800;
const LONGEST_WAIT = 30_000;
let timer;
let wait = PAUSE;
let unsaved = false;
let running = false;
let leaving = false;

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
  let next;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    if (response.status >= 500) throw new Error(response.status);
    wait = PAUSE;
    // Anything but our own short answer means that this page may not save any more: signed out, or closed.
    const own = response.headers.get("Content-Type")?.startsWith("application/json");
    say(!own || response.redirected ? "stopped" : response.ok ? "saved" : "refused");
  } catch {
    unsaved = true;
    wait = Math.min(wait * 2, LONGEST_WAIT);
    next = wait;
    say("lost");
  }
  running = false;
  if (unsaved) later(next ?? PAUSE);
}

form.addEventListener("input", () => {
  unsaved = true;
  later(PAUSE);
});
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
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
