// The keys of User Management: "/" to the search, arrows from person to person, Enter for the only one, "?" for help.
"use strict";

const searchForm = document.querySelector("form[data-search]");
const searchBox = searchForm.querySelector("[type=search]");
const help = document.querySelector("#list-keys");
const names = () => [...document.querySelectorAll("#results tbody th a.name")];

// Whether a key belongs to what is focused, such as a field, or to an open dialog or menu.
function isBusy(target) {
  return target.closest?.("input, select, textarea, [contenteditable], dialog, [popover]") || document.querySelector("dialog[open]");
}

function openMenu(name) {
  name.closest("tr").querySelector("[popovertarget]").click();
}

function inSearch(event) {
  if (event.key === "ArrowDown" && names().length) {
    event.preventDefault();
    names()[0].focus();
  } else if (event.key === "Escape" && searchBox.value) {
    event.preventDefault();
    searchBox.value = "";
    searchBox.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function inList(event, name) {
  const all = names();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    (all[all.indexOf(name) + step] ?? (step < 0 ? searchBox : name)).focus();
  } else if (event.key === "ArrowRight") {
    event.preventDefault();
    openMenu(name);
  } else if (event.key === "Escape") {
    searchBox.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target === searchBox) return inSearch(event);
  const name = event.target.closest?.("a.name");
  if (name && names().includes(name)) inList(event, name);
  if (isBusy(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    searchBox.focus();
    searchBox.select();
  } else if (event.key === "?") {
    event.preventDefault();
    help.showModal();
  }
});

// After Enter in the search.
searchForm.addEventListener("searched", () => {
  if (document.activeElement === searchBox && names().length === 1) openMenu(names()[0]);
});

document.querySelector(".keys-hint").hidden = false;
document.querySelector("[data-keys]").addEventListener("click", () => help.showModal());
