"use strict";
// Everything is readable without this script; it filters the table, opens an incident by its link, and opens all to print.
const rows = [...document.querySelectorAll("#incidents tbody tr")];
const fields = [...document.querySelectorAll(".filter [data-by]")];
const shown = document.getElementById("shown");

function filter() {
  let count = 0;
  for (const row of rows) {
    const fits = fields.every((field) => {
      const wanted = field.value.trim().toLowerCase();
      const has = field.dataset.by === "any" ? row.textContent.toLowerCase() : row.dataset[field.dataset.by];
      return !wanted || (field.dataset.by === "any" ? has.includes(wanted) : has === wanted);
    });
    row.hidden = !fits;
    document.getElementById(row.dataset.story).hidden = !fits;
    count += fits;
  }
  shown.textContent = `${count} of ${rows.length} incidents`;
}

function open() {
  const story = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (story && story.matches("details")) {
    story.open = true;
    story.querySelector("summary").focus();
  }
}

fields.forEach((field) => field.addEventListener("input", filter));
addEventListener("hashchange", open);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
filter();
open();
