"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const events = [...document.querySelectorAll("article.event")];
  const sections = [...document.querySelectorAll("section.of-year")];
  const bar = $("bar"), query = $("query"), from = $("from"), to = $("to");
  const dates = $("dates"), outlets = $("outlets"), count = $("count"), nothing = $("nothing");

  // Pairs of a traditional character and its simplified form, those of this page.
  const pairs = [...(bar.dataset.fold || "")];
  const folded = new Map();
  for (let i = 0; i + 1 < pairs.length; i += 2) folded.set(pairs[i], pairs[i + 1]);
  const foldable = new RegExp("[" + [...folded.keys()].join("") + "]", "gu");
  const fold = (text) => text.toLowerCase().replace(foldable, (c) => folded.get(c));

  let texts = null;
  const filter = () => {
    texts = texts || events.map((event) => fold(event.textContent));
    const words = fold(query.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    events.forEach((event, i) => {
      const data = event.dataset;
      const fits =
        words.every((word) => texts[i].includes(word)) &&
        (!from.value || data.to >= from.value) &&
        (!to.value || data.from <= to.value) &&
        (!dates.value || data.source === dates.value) &&
        (!outlets.checked || Number(data.outlets) > 1);
      if (event.hidden === fits) event.hidden = !fits;
      shown += fits;
    });
    for (const section of sections) section.hidden = !section.querySelector("article.event:not([hidden])");
    count.textContent = bar.dataset.count.replace("{}", shown + " / " + events.length);
    nothing.hidden = shown > 0;
  };
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  const clear = () => {
    query.value = from.value = to.value = dates.value = "";
    outlets.checked = false;
    filter();
  };
  const period = (data) => {
    from.value = data.from;
    to.value = data.to;
    filter();
    bar.scrollIntoView({ block: "start" });
  };

  for (const input of [query, from, to, dates, outlets]) input.addEventListener("input", soon);
  $("clear").addEventListener("click", clear);
  document.addEventListener("click", (click) => {
    const burst = click.target.closest("[data-burst], rect.burst");
    if (burst) return period(burst.dataset);
    const chip = click.target.closest(".chip");
    if (chip) {
      query.value = chip.textContent;
      filter();
      bar.scrollIntoView({ block: "start" });
    }
  });

  const step = (by) => {
    const shown = events.filter((event) => !event.hidden);
    const at = shown.indexOf(document.activeElement.closest("article.event"));
    const next = shown[at < 0 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (key) => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(key.target.tagName);
    if (key.key === "Escape") {
      clear();
      if (typing) key.target.blur();
    } else if (typing) {
      if (key.key === "Enter" && key.target === query) step(0);
      return;
    } else if (key.key === "/") {
      query.focus();
    } else if (key.key === "j") {
      step(1);
    } else if (key.key === "k") {
      step(-1);
    } else {
      return;
    }
    key.preventDefault();
  });

  document.documentElement.classList.add("scripted");
  bar.hidden = false;
  $("keys").hidden = false;
})();
