// The command palette (Ctrl+K, ⌘K): what the search finds, and the pages of the navigation.
"use strict";

const palette = document.querySelector("#palette");
const input = palette.querySelector("[role=combobox]");
const list = palette.querySelector("[role=listbox]");
const chip = palette.querySelector("#palette-mode");
const said = palette.querySelector("[role=status]");
let mode = "";
let waiting;
let request;
let opener;

const options = () => [...list.querySelectorAll("[role=option]")].filter((option) => option.getClientRects().length);

function choose(option) {
  for (const other of list.querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ø", "o").replaceAll("Ø", "O").toLowerCase();

function asOption(element) {
  element.classList.add("option");
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  if (element.tagName === "A") element.tabIndex = -1;
  else element.setAttribute("aria-disabled", "true");
  return element;
}

function asGroup(section) {
  const heading = section.querySelector("h2");
  section.setAttribute("role", "group");
  section.setAttribute("aria-label", heading.textContent.trim());
  heading.setAttribute("aria-hidden", "true"); // the group has its words
  for (const part of section.querySelectorAll("ul, li")) {
    part.setAttribute("role", "presentation");
    part.removeAttribute("aria-label");
  }
  for (const note of section.querySelectorAll("p")) note.remove();
  section.querySelectorAll("a, .refused").forEach(asOption);
  return section;
}

// The links of the navigation whose words contain what was typed.
function pages(text) {
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  heading.textContent = palette.dataset.pages;
  section.append(heading);
  for (const link of document.querySelectorAll(".masthead .nav a, #my-menu a")) {
    const label = link.textContent.trim();
    if (mode || !plain(label).includes(plain(text))) continue;
    const option = document.createElement("a");
    option.href = link.href;
    option.textContent = label;
    section.append(option);
  }
  return section.childElementCount > 1 ? [asGroup(section)] : [];
}

function fill(found, text) {
  list.replaceChildren(...[...(found?.querySelectorAll("section") ?? [])].map(asGroup), ...pages(text));
  list.querySelectorAll("[role=option]").forEach((option, place) => (option.id = `palette-option-${place}`));
  choose(options()[0]);
  if (said.textContent !== (found?.dataset.summary ?? "")) said.textContent = found?.dataset.summary ?? "";
}

async function find() {
  request?.abort();
  const mine = (request = new AbortController());
  const text = input.value.trim();
  try {
    const address = `${palette.dataset.search}?${new URLSearchParams({ q: text, mode })}`;
    const response = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
    if (response.redirected) return location.reload();
    const page = response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
    fill(page?.querySelector("#found"), text);
  } catch (error) {
    if (error.name !== "AbortError") fill(null, text);
  }
}

function setMode(option) {
  mode = option?.dataset.mode ?? "";
  chip.textContent = option?.textContent.trim() ?? "";
  chip.hidden = !mode;
  input.value = "";
  find();
  input.focus();
}

function take(option) {
  if (!option || option.getAttribute("aria-disabled") === "true") return;
  if (option.dataset.mode) return setMode(option);
  palette.close();
  option.click();
}

function show() {
  if (palette.open || document.querySelector("dialog[open]")) return;
  opener = document.activeElement;
  palette.showModal();
  setMode(null);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (palette.open) palette.close();
    else show();
  }
});
const button = document.querySelector("[data-palette]");
button.setAttribute("role", "button");
button.setAttribute("aria-haspopup", "dialog");
button.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show();
});
button.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  event.preventDefault();
  show();
});
if (/Mac|iPhone|iPad/.test(navigator.platform)) button.querySelector("kbd").textContent = "⌘ K";

input.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(find, 150);
});
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  const here = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) {
    event.preventDefault();
    choose(all[(here + step + all.length) % all.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(all[here]);
  } else if (event.key === "Backspace" && mode && !input.value) {
    setMode(null);
  }
});
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || (option.href && !option.dataset.mode && (event.ctrlKey || event.metaKey || event.shiftKey))) return;
  if (option.dataset.mode || option.getAttribute("aria-disabled")) {
    event.preventDefault();
    take(option);
  }
  else palette.close();
});
palette.addEventListener("close", () => {
  request?.abort();
  if (document.activeElement === document.body || palette.contains(document.activeElement)) opener?.focus();
});
