// Draws the charts that can be seen as live ones in place of their pictures; the pictures stay for print.
const dark = matchMedia("(prefers-color-scheme: dark)");

function draw(chart) {
  if (chart.dataset.live || !chart.getClientRects().length) return;
  chart.dataset.live = "drawing";
  const picture = chart.querySelector("svg");
  const place = document.createElement("div");
  place.className = "live";
  chart.append(place);
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true, tooltip: { theme: dark.matches ? "dark" : "light" } };
  vegaEmbed(place, JSON.parse(chart.querySelector("script").textContent), options).then(() => {
    const drawn = place.querySelector("svg");
    drawn.setAttribute("role", "img");
    for (const told of ["aria-labelledby", "aria-describedby"]) drawn.setAttribute(told, picture.getAttribute(told));
    chart.dataset.live = "yes";
  }).catch(() => {
    place.remove();
    chart.dataset.live = "no";
  });
}

function drawSeen() {
  document.querySelectorAll(".chart").forEach((chart) => seen.observe(chart));
}

const seen = new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) draw(entry.target); }), { rootMargin: "400px" });
drawSeen();
