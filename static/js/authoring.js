// The page on which a module, an event or a document is written: interactions are moved, duplicated and folded, and only
// the fields of their kind are shown. Without this script each has its number and all fields.
"use strict";

const CHANGED = ["input", "change", "formset:added", "formset:removed"];
const group = document.querySelector(".interactions");
const sent = document.querySelector("#content-main form");

function rows() {
  return [...group.querySelectorAll(".interaction:not(.empty-form)")];
}

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

function titleOf(row) {
  return field(row, "title")?.value.trim() || group.dataset.new;
}

function say(text, row) {
  const all = rows();
  const values = { TITLE: titleOf(row), NUMBER: all.indexOf(row) + 1, COUNT: all.length };
  group.querySelector("[data-authoring-status]").textContent = text.replace(/TITLE|NUMBER|COUNT/g, (name) => values[name]);
}

// The number within the form, which Django knows a row by; moving changes the position alone.
function index(row) {
  return Number(row.id.split("-").pop());
}

function position(row) {
  return Number(field(row, "position")?.value) || 0;
}

function sort(key) {
  const end = group.querySelector(".empty-form") ?? group.querySelector(".add-row");
  const sorted = rows().sort((one, other) => key(one) - key(other));
  if (sorted.every((row, place) => row === rows()[place])) return;
  sorted.forEach((row) => (end ? end.before(row) : group.append(row)));
}

function show() {
  const all = rows();
  all.forEach((row, place) => {
    const input = field(row, "position");
    if (input) input.value = place + 1;
    const kind = field(row, "kind");
    if (kind) row.dataset.kind = kind.value;
    row.querySelector(".interaction-number").textContent = `${place + 1}.`;
    row.querySelector(".inline_label").textContent = titleOf(row);
    if (kind?.value) row.querySelector(".interaction-kind").textContent = kind.selectedOptions[0].text;
    row.querySelectorAll("[data-move]").forEach((button) => {
      const atEnd = button.dataset.move === "up" ? place === 0 : place === all.length - 1;
      button.setAttribute("aria-disabled", atEnd);
    });
  });
}

function move(row, up) {
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches(".interaction:not(.empty-form)")) return;
  if (up) other.before(row);
  else other.after(row);
  moved(row);
}

function moved(row) {
  show();
  changed();
  say(group.dataset.moved, row);
}

// The choices as lines that add them: the copy has none of the stored ones.
function lines(row) {
  const stored = [...row.querySelectorAll(".choice-edited")].map((choice) => {
    const text = choice.querySelector('[name$="-text"]').value.trim();
    return text && (choice.querySelector('[name$="-right"]').checked ? `* ${text}` : text);
  });
  return [...stored, field(row, "choices_text").value].filter(Boolean).join("\n");
}

function duplicate(row) {
  group.querySelector(".add-row a").click();
  const copy = rows().at(-1);
  for (const name of ["kind", "prompt"]) field(copy, name).value = field(row, name).value;
  field(copy, "is_required").checked = field(row, "is_required").checked;
  field(copy, "title").value = group.dataset.copy.replace("TITLE", () => titleOf(row));
  field(copy, "choices_text").value = lines(row);
  row.after(copy);
  show();
  changed();
  say(group.dataset.copied, copy);
  field(copy, "title").focus();
  field(copy, "title").select();
}

function prepare(row) {
  row.querySelectorAll(".interaction-tools, .interaction-number, .interaction-grip").forEach((tool) => (tool.hidden = false));
}

// The form says that something in it is not saved yet, for the warning below and for the preview (authoring.css).
function changed() {
  if (sent) sent.dataset.changed = "";
}

let dragged = null;

function startDrag(event) {
  const row = event.target.closest?.(".interaction");
  if (!row || !event.target.closest(".interaction-grip")) return;
  dragged = row;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(row, 10, 10);
  row.classList.add("is-dragged");
}

function over(event) {
  const row = event.target.closest?.(".interaction:not(.empty-form)");
  if (!dragged || !row) return;
  event.preventDefault();
  if (row === dragged) return;
  const box = row.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) row.before(dragged);
  else row.after(dragged);
}

function endDrag() {
  if (!dragged) return;
  dragged.classList.remove("is-dragged");
  moved(dragged);
  dragged = null;
}

if (group) {
  group.classList.add("is-scripted");
  group.querySelectorAll(".interaction").forEach(prepare);
  sort(position);
  show();
  group.querySelectorAll(".interaction-grip").forEach((grip) => grip.setAttribute("draggable", "true"));
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button?.closest(".interaction");
    if (!row || button.getAttribute("aria-disabled") === "true") return;
    if (button.dataset.move) {
      move(row, button.dataset.move === "up");
      button.focus();
    } else if ("duplicate" in button.dataset) duplicate(row);
  });
  group.addEventListener("input", show);
  group.addEventListener("change", show);
  group.addEventListener("dragstart", startDrag);
  group.addEventListener("dragover", over);
  group.addEventListener("drop", (event) => event.preventDefault());
  group.addEventListener("dragend", endDrag);
  document.addEventListener("formset:added", (event) => {
    if (event.detail.formsetName !== "interactions") return;
    const last = Math.max(...rows().map(position));
    field(event.target, "position").value = last + 1;
    show();
    field(event.target, "kind").focus();
  });
  // Django's script counts the rows as they stand when one is removed, so they stand by their numbers until it has.
  document.addEventListener(
    "click",
    (event) => event.target.closest?.(".interactions .inline-deletelink") && sort(index),
    { capture: true },
  );
  document.addEventListener("formset:removed", (event) => {
    if (event.detail.formsetName !== "interactions") return;
    setTimeout(() => {
      sort(position);
      show();
    });
  });
}

// What is not saved yet is not left without a question; what was refused is not saved either.
for (const name of CHANGED) sent?.addEventListener(name, changed);
// Django's script for two lists moves the field that has the focus.
addEventListener("load", () => document.activeElement === document.body && sent?.querySelector("[autofocus]")?.focus());
if (sent?.querySelector(".authoring-errors")) changed();
sent?.addEventListener("submit", () => delete sent.dataset.changed);
addEventListener("beforeunload", (event) => {
  if (sent && "changed" in sent.dataset) event.preventDefault();
});
