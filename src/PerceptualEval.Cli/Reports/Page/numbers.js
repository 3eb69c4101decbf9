// The means: tiles for one checkpoint, a table for several; and what the numbers depend on.

function strip(summary) {
    const width = 200;
    const x = scale(summary.min, summary.max, 2, width - 2);
    const picture = svg("svg", { viewBox: `0 0 ${width} 14`, "aria-hidden": "true", preserveAspectRatio: "none", height: 14, width: "100%" });
    picture.append(
        svg("rect", { x: 0, y: 6, width, height: 2, fill: "var(--line)" }),
        svg("rect", { x: x(summary.min), y: 5, width: Math.max(1, x(summary.p95) - x(summary.min)), height: 4, fill: "var(--accent)", opacity: 0.3 }),
        svg("rect", { x: x(summary.p50) - 1, y: 1, width: 2, height: 12, fill: "var(--accent)" }));
    return picture;
}

function tile(term, summary) {
    const quantiles = [["min", summary.min], ["median", summary.p50], ["95 %", summary.p95], ["max", summary.max]];
    return el("div", { class: "tile" },
        el("h3", { title: term.meaning }, term.label),
        el("p", { class: "mean" }, fourDigits(summary.mean)),
        el("p", { class: "interval" }, summary.mean === null ? "no finite sample" : summary.ci95 === null ? "one sample: no interval" : summary.ci95.map(fourDigits).join(" to ")),
        summary.mean === null ? null : strip(summary),
        el("dl", {}, ...quantiles.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, digits(value, 3))))));
}

function meansTable() {
    const head = el("tr", {}, el("th", { scope: "col" }, "Checkpoint"),
        ...terms.map(term => el("th", { scope: "col", title: term.meaning }, term.label)));
    const rows = checkpoints.map(checkpoint => el("tr", {},
        el("th", { scope: "row" }, swatch(checkpoint), checkpoint.name),
        ...checkpoint.summaries.map(summary => el("td", {}, fourDigits(summary.mean),
            el("small", {}, summary.ci95 === null ? none : summary.ci95.map(fourDigits).join(" to "))))));
    return el("div", { class: "card scroll", tabindex: 0, role: "region", "aria-label": "Means per checkpoint" },
        el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)));
}

function showNumbers() {
    if (checkpoints.length === 1) {
        bodyOf("numbers").append(el("div", { class: "card tiles" }, ...terms.map((term, i) => tile(term, checkpoints[0].summaries[i]))));
    } else if (checkpoints.length > 1) {
        bodyOf("numbers").append(meansTable());
    }
}

function showFacts() {
    if (report.facts.length > 0) {
        bodyOf("facts").append(el("dl", { class: "facts" },
            ...report.facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
    }
}
