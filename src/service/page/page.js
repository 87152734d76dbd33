// Answers come without a new page, where scripts run. Without them the form is sent as forms are.
"use strict";

const form = document.getElementById("ask");
const text = document.getElementById("text");
const button = form.querySelector("button.ask");
const name = button.textContent;

const say = (words) => {
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.textContent = words;
  document.getElementById("answer").replaceChildren(problem);
};

form.addEventListener("submit", async (event) => {
  // The language buttons bring a whole new page.
  if (event.submitter && event.submitter !== button) return;
  event.preventDefault();
  button.disabled = true;
  button.textContent = form.dataset.busy;
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: "POST", body });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // The section itself stays, so that what is new in it is read aloud.
    const answer = document.getElementById("answer");
    answer.replaceChildren(...page.getElementById("answer").childNodes);
    answer.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "start" });
  } catch {
    say(form.dataset.failed);
  } finally {
    button.disabled = false;
    button.textContent = name;
  }
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(button);
});
