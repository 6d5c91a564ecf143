// The claims board: shows the claims of a topic, with a verdict, at a scale. The choices are kept in the address.
(() => {
  const filter = document.querySelector(".cn-filter");
  if (!filter) return;
  const choices = [...filter.querySelectorAll("select")];
  const boards = [...document.querySelectorAll(".cn-board")];
  const every = document.querySelectorAll(".cn-board tbody").length;

  // Whether a claim has the chosen verdict: in full, or, where a scale is chosen, at that scale.
  const fits = (claim, { verdict, scale }) => {
    if (verdict === "changed" || !scale) {
      if (verdict && !claim.classList.contains(`cn-row--${verdict}`)) return false;
      return !scale || claim.querySelector(`tr[data-scale="${scale}"]`) !== null;
    }
    return claim.querySelector(`tr[data-scale="${scale}"]${verdict && `[data-verdict="${verdict}"]`}`) !== null;
  };

  const show = () => {
    const chosen = Object.fromEntries(choices.map((each) => [each.name, each.value]));
    let count = 0;
    for (const board of boards) {
      let there = 0;
      for (const claim of board.querySelectorAll("tbody")) {
        claim.hidden = (chosen.topic && chosen.topic !== board.dataset.topic) || !fits(claim, chosen);
        there += !claim.hidden;
      }
      board.hidden = board.previousElementSibling.hidden = there === 0;
      count += there;
    }
    filter.querySelector("output").textContent = `${count} of ${every} claims`;
    filter.querySelector("button").disabled = count === every;
  };

  const keep = () => {
    const address = new URL(location);
    for (const { name, value } of choices) value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
    show();
  };

  const all = () => {
    for (const choice of choices) choice.value = "";
    keep();
  };

  // A link to a claim that is not shown shows all of them.
  const reach = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest("[hidden]")) return;
    all();
    target.scrollIntoView();
  };

  for (const choice of choices) {
    const wanted = new URLSearchParams(location.search).get(choice.name);
    if ([...choice.options].some((option) => option.value === wanted)) choice.value = wanted;
    choice.addEventListener("change", keep);
  }
  filter.querySelector("button").addEventListener("click", () => {
    all();
    choices[0].focus();
  });
  addEventListener("hashchange", reach);
  show();
  reach();
})();
