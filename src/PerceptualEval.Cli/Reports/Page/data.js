// What the page shows: columns of numbers, one entry per sample.

const report = JSON.parse(document.getElementById("data").textContent);

const { terms, ids, checkpoints, gallery } = report;

checkpoints.forEach((checkpoint, index) => {
    checkpoint.color = `--series-${index % 6}`;
});

const termIndex = key => terms.findIndex(term => term.key === key);

const picturesOf = index => gallery.pictures[index] ?? [];

const nonFiniteOf = index => checkpoints.map(checkpoint => checkpoint.nonFinite[index]).find(reason => reason !== undefined);

// Places from 0, ties at the mean of theirs; null where there is no value, or the sample is in no average.
function ranks(checkpoint, term) {
    const values = checkpoint.values[term];
    const order = values.map((_, index) => index).filter(index => values[index] !== null && !(index in checkpoint.nonFinite));
    order.sort((a, b) => values[a] - values[b]);
    const places = values.map(() => null);
    for (let start = 0; start < order.length;) {
        let end = start;
        while (end < order.length && values[order[end]] === values[order[start]]) {
            end++;
        }
        for (let i = start; i < end; i++) {
            places[order[i]] = (start + end - 1) / 2;
        }
        start = end;
    }
    return places;
}

function correlation(a, b) {
    const pairs = a.map((value, i) => [value, b[i]]).filter(([x, y]) => x !== null && y !== null);
    const mean = at => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
    const [mx, my] = [mean(0), mean(1)];
    let [xy, xx, yy] = [0, 0, 0];
    for (const [x, y] of pairs) {
        xy += (x - mx) * (y - my);
        xx += (x - mx) ** 2;
        yy += (y - my) ** 2;
    }
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

// One sample is selected at a time; charts, pictures and table follow.
const selection = { index: null, checkpoint: 0, listeners: [] };

function select(index, checkpoint = selection.checkpoint) {
    Object.assign(selection, { index, checkpoint });
    selection.listeners.forEach(listener => listener(index));
}

function onSelect(listener) {
    selection.listeners.push(listener);
}

// To its pictures where it has some, else to its row.
function jumpTo(index) {
    select(index);
    if (!showInGallery(index)) {
        showInTable(index);
    }
}

// A sample that has neither pictures nor numbers is a name only.
const idButton = (index, jump = jumpTo) => checkpoints.length > 0 || picturesOf(index).length > 0
    ? el("button", { type: "button", class: "id", onclick: () => jump(index) }, ids[index])
    : el("span", { class: "id" }, ids[index]);

const swatch = checkpoint => {
    const mark = el("span", { class: "swatch", "aria-hidden": "true" });
    mark.style.setProperty("--series", `var(${checkpoint.color})`);
    return mark;
};

const legend = () => checkpoints.length < 2 ? null
    : el("ul", { class: "legend" }, ...checkpoints.map(checkpoint => el("li", {}, swatch(checkpoint), checkpoint.name)));
