// Says why a security key could not be used. The sign-in package reports it as an event, and otherwise to the console only.
"use strict";

const PROBLEMS = {
  NotAllowedError: "cancelled", // a time-out too: browsers don't tell them apart
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "address",
  NotSupportedError: "unsupported",
  ConstraintError: "unsupported",
};

function problemOf(exception) {
  if (!isSecureContext) return "insecure";
  if (!window.PublicKeyCredential) return "unsupported";
  return PROBLEMS[exception?.name] ?? "other";
}

function showProblem(problem) {
  const place = document.getElementById("key-problem");
  place.querySelectorAll("[data-problem]").forEach((said) => {
    said.hidden = said.dataset.problem !== problem;
  });
  place.hidden = !problem;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  showProblem(problemOf(event.detail.exception));
});
// A new attempt takes the sentence away, so that the same one is heard again. Captured, because a browser may refuse at
// once, before the click reaches the document.
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest("#add-key, #use-key")) showProblem("");
  },
  { capture: true },
);
