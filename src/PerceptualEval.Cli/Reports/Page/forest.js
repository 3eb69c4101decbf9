// Differences to the baseline with their intervals, one table per term; the table is the chart's text as well.

function intervalPlot(difference, checkpoint, edges) {
    const [width, height] = [320, 34];
    const x = scale(edges[0], edges[1], 8, width - 8);
    const middle = height / 2;
    const ink = `var(${checkpoint.color})`;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" },
        svg("line", { x1: x(0), x2: x(0), y1: 0, y2: height, stroke: "var(--muted)", "stroke-dasharray": "2 3" }));
    if (difference.low !== null) {
        picture.append(svg("path", {
            d: `M${x(difference.low)},${middle}H${x(difference.high)}M${x(difference.low)},${middle - 5}v10M${x(difference.high)},${middle - 5}v10`,
            stroke: ink, "stroke-width": 2, fill: "none",
        }));
    }
    picture.append(svg("circle", { cx: x(difference.mean), cy: middle, r: 5, fill: ink }));
    return picture;
}

function verdictCell(verdict) {
    const kind = verdict.startsWith("better") ? "better" : verdict.startsWith("worse") ? "worse" : "muted";
    return el("td", { class: "text" }, el("span", { class: kind }, verdict));
}

function differenceTable(term, differences) {
    const edges = range(differences.flatMap(difference => [difference.low, difference.mean, difference.high]), true);
    const rows = differences.map(difference => {
        const checkpoint = checkpoints.find(candidate => candidate.name === difference.checkpoint);
        return el("tr", {},
            el("th", { scope: "row" }, swatch(checkpoint), checkpoint.name),
            el("td", { class: "plot" }, intervalPlot(difference, checkpoint, edges)),
            el("td", {}, signed(difference.mean), el("small", {}, difference.low === null ? none : `${signed(difference.low)} to ${signed(difference.high)}`)),
            el("td", {}, percent(difference.winRate)),
            el("td", {}, pValue(difference.p)),
            verdictCell(difference.verdict));
    });
    const head = [["Checkpoint"], ["lower is better ←  → worse", "text"], ["Difference"], ["Wins"], ["p"], ["Verdict", "text"]];
    return el("div", { class: "card scroll forest", tabindex: 0, role: "region", "aria-label": `Differences in ${term.label}` },
        el("table", {}, el("caption", {}, term.label),
            el("thead", {}, el("tr", {}, ...head.map(([name, kind]) => el("th", { scope: "col", class: kind }, name)))),
            el("tbody", {}, ...rows)));
}

function showDifferences() {
    if (report.differences.length === 0) {
        return;
    }
    const section = show("differences");
    section.querySelector(".lead").textContent =
        `Against the baseline, ${checkpoints[0].name}, sample by sample. Better or worse: the interval excludes 0 and p is below 0.05; wins are the samples in which the checkpoint is lower. The p of the loss is corrected for the number of comparisons (Holm), those of the terms are not.`;
    for (const term of terms) {
        const differences = report.differences.filter(difference => difference.term === term.key);
        if (differences.length > 0) {
            section.querySelector(".body").append(differenceTable(term, differences));
        }
    }
}
