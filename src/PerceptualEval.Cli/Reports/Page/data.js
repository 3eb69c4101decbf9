// What the page shows: columns of numbers, one entry per sample.

const report = JSON.parse(document.getElementById("data").textContent);

const { terms, ids, checkpoints, gallery } = report;

const indexOf = new Map(ids.map((id, index) => [id, index]));

const indices = samples => samples.map(id => indexOf.get(id));

gallery.groups.forEach(group => group.samples = indices(group.ids));

checkpoints.forEach((checkpoint, index) => {
    checkpoint.color = `--series-${index % 6}`;
});

const termIndex = key => terms.findIndex(term => term.key === key);

const pictures = new Map(Object.entries(gallery.pictures).map(([id, ofSample]) => [indexOf.get(id), ofSample]));

const picturesOf = index => pictures.get(index) ?? [];

const nonFiniteOf = index => checkpoints.map(checkpoint => checkpoint.nonFinite[index]).find(reason => reason !== undefined);

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
