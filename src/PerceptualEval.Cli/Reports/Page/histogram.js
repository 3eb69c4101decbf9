// How the samples' values are distributed: bars for one checkpoint, outlines for several.

const histogramHeight = 190;

function binned(term, [low, high], bins) {
    return checkpoints.map(checkpoint => {
        const counts = new Array(bins).fill(0);
        checkpoint.values[term].forEach((value, index) => {
            if (value !== null && !(index in checkpoint.nonFinite)) {
                counts[Math.min(bins - 1, Math.floor((value - low) / (high - low) * bins))]++;
            }
        });
        return counts;
    });
}

function bounds(term) {
    const values = checkpoints.flatMap(checkpoint => checkpoint.values[term].filter((_, index) => !(index in checkpoint.nonFinite)));
    return range(values);
}

function outline(counts, x, y, width) {
    return counts.map((number, bin) => `${bin === 0 ? "M" : "L"}${x(bin).toFixed(1)},${y(number).toFixed(1)}h${width.toFixed(1)}`).join("");
}

function drawHistogram(holder, readout, term, width) {
    const edges = bounds(term);
    const samples = Math.max(...checkpoints.map(checkpoint => checkpoint.values[term].length));
    const bins = Math.max(5, Math.min(40, Math.floor(width / 11), Math.ceil(2 * Math.cbrt(samples)) + 4));
    const counts = binned(term, edges, bins);
    const most = Math.max(1, ...counts.flat());
    const [left, right, top, bottom] = [38, width - 6, 8, histogramHeight - 24];
    const [x, y] = [scale(edges[0], edges[1], left, right), scale(0, most, bottom, top)];
    const at = bin => scale(0, bins, left, right)(bin);
    const picture = svg("svg", { viewBox: `0 0 ${width} ${histogramHeight}`, height: histogramHeight, role: "img", "aria-label": spoken(term) });
    for (const tick of ticks(0, most, 3).filter(tick => Number.isInteger(tick.value))) {
        picture.append(svg("line", { class: "axis", x1: left, x2: right, y1: y(tick.value), y2: y(tick.value) }),
            svg("text", { x: left - 6, y: y(tick.value) + 4, "text-anchor": "end" }, count(tick.value)));
    }
    for (const tick of ticks(edges[0], edges[1], width / 90)) {
        picture.append(svg("text", { x: x(tick.value), y: histogramHeight - 6, "text-anchor": "middle" }, tick.label));
    }
    const barWidth = (right - left) / bins;
    checkpoints.forEach((checkpoint, i) => {
        const stroke = `var(${checkpoint.color})`;
        const path = outline(counts[i], at, y, barWidth);
        picture.append(
            svg("path", { d: `M${left},${bottom}${path.replace("M", "L")}V${bottom}Z`, fill: stroke, opacity: checkpoints.length > 1 ? 0.1 : 0.85 }),
            checkpoints.length > 1 ? svg("path", { d: path, fill: "none", stroke, "stroke-width": 1.75, "stroke-dasharray": i > 5 ? "5 3" : "none" }) : "");
    });
    for (let bin = 0; bin < bins; bin++) {
        const span = [x.invert(at(bin)), x.invert(at(bin + 1))];
        const text = `${fourDigits(span[0])} to ${fourDigits(span[1])}: ${counts.map(of => count(of[bin])).join(" / ")}`;
        picture.append(svg("g", {
            class: "bar",
            onpointerenter: () => readout.textContent = text,
            onpointerleave: () => readout.textContent = "",
            onclick: () => filterTable(term, span[0], span[1]),
        }, svg("rect", { class: "hit", x: at(bin), y: top, width: barWidth, height: bottom - top })));
    }
    holder.replaceChildren(picture);
}

function spoken(term) {
    const parts = checkpoints.map(checkpoint => {
        const summary = checkpoint.summaries[term];
        return `${checkpoint.name}: median ${fourDigits(summary.p50)}, from ${fourDigits(summary.min)} to ${fourDigits(summary.max)}, 95 % below ${fourDigits(summary.p95)}`;
    });
    return `Histogram of ${terms[term].label}. ${parts.join(". ")}.`;
}

function showDistributions() {
    const shown = terms.map((_, term) => term).filter(term => checkpoints.length > 0 && bounds(term) !== null);
    if (shown.length === 0) {
        return;
    }
    const cards = shown.map(term => {
        const readout = el("p", { class: "readout", "aria-hidden": "true" });
        const holder = el("div", { class: "holder" });
        drawn(holder, width => drawHistogram(holder, readout, term, width));
        return el("div", { class: "card chart" }, el("header", {}, el("h3", { title: terms[term].meaning }, terms[term].label), readout), holder);
    });
    bodyOf("distributions").append(legend() ?? "", el("div", { class: "charts" }, ...cards));
}
