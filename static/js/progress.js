// Shows how far long work is: sends a form[data-progress] itself and reads the answer line by line (users/progress.py).
// The form holds _progress.html. Any other answer than progress is left to the browser: the form is sent without this.
"use strict";

const FORMAT = "application/x-ndjson";

function place(form) {
  const [bar, count, status, again] = ["progress", "[data-count]", "[role=status]", "[data-lost]"].map((what) =>
    form.querySelector(`.progress ${what}`),
  );
  return { bar, count, status, again };
}

function show(form, isBusy) {
  const { bar, count, status, again } = place(form);
  bar.hidden = !isBusy;
  bar.removeAttribute("value");
  count.textContent = "";
  again.hidden = true;
  status.textContent = isBusy ? form.dataset.progress : "";
  form.querySelectorAll("button").forEach((button) => button.toggleAttribute("aria-disabled", false));
  if (isBusy) form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  form.toggleAttribute("data-running", isBusy);
}

function advance(form, done, of) {
  const { bar, count } = place(form);
  bar.max = of || 1;
  bar.value = done;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  count.textContent = count.dataset.count.replace("DONE", numbers.format(done)).replace("OF", numbers.format(of));
}

function lost(form) {
  show(form, false);
  const { status, again } = place(form);
  status.textContent = form.dataset.progressLost;
  again.hidden = false;
}

// Yields the lines of a response, each once it has arrived whole.
async function* linesOf(response) {
  let rest = "";
  for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines.map((line) => JSON.parse(line));
  }
}

async function send(form, button) {
  const body = new FormData(form, button);
  const headers = { Accept: FORMAT };
  const response = await fetch(form.getAttribute("action") || location.href, { method: "POST", body, headers, redirect: "manual" });
  if (!response.headers.get("Content-Type")?.startsWith(FORMAT)) {
    // Refused, or asked who is there: the browser gets the same answer as a page.
    form.removeAttribute("data-progress");
    form.removeAttribute("data-running");
    return form.requestSubmit(button);
  }
  for await (const { done, of, go } of linesOf(response)) {
    if (go) return location.assign(go);
    if (done !== undefined) advance(form, done, of);
  }
  lost(form); // it failed, or ended early
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.hasAttribute("data-running")) return event.preventDefault();
  if (!form.dataset.progress || button?.hasAttribute("data-no-progress")) return;
  event.preventDefault();
  show(form, true);
  send(form, button).catch(() => lost(form));
});
// Going back in the history shows the page as it was left.
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-progress]").forEach((form) => show(form, false));
});
