// Beside the form of a module, an event or a document: how a learner sees it, as it is saved. The page behind "View as a
// learner would" is shown inert, without its frame, in a sandbox that runs no scripts. Without this script, and on narrow
// screens, that link is the way to see it.
"use strict";

const view = document.querySelector(".learner-view");
const toggle = document.querySelector(".learner-view-toggle");
const wide = matchMedia("(min-width: 68.75rem)"); // as in authoring.css
const HIDDEN = "preview is hidden";

function wasHidden() {
  try {
    return localStorage.getItem(HIDDEN) === "yes";
  } catch {
    return false; // a browser may forbid to store anything
  }
}

function remember(isHidden) {
  try {
    localStorage.setItem(HIDDEN, isHidden ? "yes" : "no");
  } catch {
    // The next page shows it again.
  }
}

// The fetched page without its frame and scripts; nothing in it can be used.
function inert(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main");
  main.inert = true;
  page.querySelectorAll("script, [data-preview-notice]").forEach((element) => element.remove());
  page.body.replaceChildren(main);
  return `<!DOCTYPE html>${page.documentElement.outerHTML}`;
}

async function load() {
  const status = view.querySelector("[role=status]");
  try {
    const response = await fetch(view.dataset.address);
    if (!response.ok || response.redirected) throw new Error("No preview"); // such as the sign-in page
    view.querySelector("iframe").srcdoc = inert(await response.text());
    status.textContent = "";
  } catch {
    status.textContent = view.dataset.failed;
  }
}

function show(isHidden) {
  view.hidden = isHidden;
  toggle.querySelector("button").textContent = isHidden ? toggle.dataset.show : toggle.dataset.hide;
  if (!isHidden && wide.matches && !view.querySelector("iframe").srcdoc) load();
}

if (view && toggle) {
  toggle.hidden = false;
  show(wasHidden());
  wide.addEventListener("change", () => show(view.hidden));
  view.querySelector("button").addEventListener("click", load);
  toggle.querySelector("button").addEventListener("click", () => {
    remember(!view.hidden);
    show(!view.hidden);
  });
}
