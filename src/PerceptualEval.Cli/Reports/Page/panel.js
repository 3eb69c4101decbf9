// Beside the plot: the selected sample with its numbers, ranks and pictures.

function samplePanel(index) {
    if (index === null) {
        return [el("h3", {}, "A sample"), el("p", { class: "muted" }, "Point at one, tap it, or use the arrow keys on the chart. Ringed samples are among the pictures below.")];
    }
    const checkpoint = checkpoints[selection.checkpoint];
    const [latent, perceptual] = rankTerms.map(term => rankOf(selection.checkpoint, term)[index]);
    const of = count(ids.length);
    const mine = picture => picture.checkpoint === null || picture.checkpoint === checkpoint.name;
    // The last two: what the prediction is compared with, and the prediction.
    const pair = picturesOf(index).filter(picture => mine(picture) && picture.kind !== "heat-map").slice(-2);
    return [
        el("h3", { class: "name" }, ids[index]),
        el("dl", {},
            ...(checkpoints.length > 1 ? [el("dt", {}, "Checkpoint"), el("dd", {}, checkpoint.name)] : []),
            ...terms.flatMap((term, i) => [el("dt", {}, term.label), el("dd", {}, fourDigits(checkpoint.values[i][index]))]),
            el("dt", {}, "Rank by latent L2"), el("dd", {}, latent === null ? none : `${count(Math.round(latent) + 1)} of ${of}`),
            el("dt", {}, "Rank by LPIPS"), el("dd", {}, perceptual === null ? none : `${count(Math.round(perceptual) + 1)} of ${of}`)),
        pair.length === 0 ? null : el("div", { class: "pair" }, ...pair.map(picture => pictureElement(picture, index))),
        el("div", { class: "actions" },
            pair.length === 0 ? null : el("button", { type: "button", class: "button", onclick: () => openZoom(index) }, "Open pictures"),
            el("button", { type: "button", class: "button", onclick: () => showInTable(index) }, "Show in table")),
    ].filter(child => child !== null);
}
