// The samples worth looking at, group by group.

const kinds = { target: "Target", prediction: "Prediction", decoded: "Decoded", "heat-map": "Heat map", original: "Original" };

function captionOf(picture) {
    return picture.checkpoint === null ? kinds[picture.kind] : `${picture.checkpoint}: ${kinds[picture.kind].toLowerCase()}`;
}

function pictureElement(picture, index) {
    return el("img", {
        src: `data:image/webp;base64,${picture.image.webP}`, alt: `${captionOf(picture)} of ${ids[index]}`,
        width: picture.image.size.width, height: picture.image.size.height, decoding: "async",
    });
}

function shotValues(index) {
    return checkpoints.map(checkpoint => {
        const values = terms.map((term, i) => `${term.label} ${fourDigits(checkpoint.values[i][index])}`).join(" · ");
        return el("p", {}, checkpoints.length > 1 ? `${checkpoint.name}: ${values}` : values);
    });
}

function shot(index) {
    const pictures = picturesOf(index).map((picture, at) => el("figure", {},
        el("button", { type: "button", "aria-label": `Enlarge: ${captionOf(picture)} of ${ids[index]}`, onclick: () => openZoom(index, at) }, pictureElement(picture, index)),
        el("figcaption", {}, captionOf(picture))));
    return el("article", { class: "card shot", "data-sample": index },
        el("header", {}, el("h3", {}, idButton(index, of => { select(of); showInTable(of); })), ...shotValues(index)),
        pictures.length === 0 ? null : el("div", { class: "pictures" }, ...pictures));
}

function heatScale() {
    if (gallery.heatMapEnd === null) {
        return "";
    }
    const ramp = el("span", { class: "ramp", "aria-hidden": "true" });
    ramp.style.background = `linear-gradient(to right, ${report.heatMapColors.join(", ")})`;
    return el("p", { class: "scale" }, "Heat maps, all on one scale: 0", ramp, `${fourDigits(gallery.heatMapEnd)} and more`);
}

const galleryView = { group: 0, tabs: [], panel: null };

function openGroup(group, focus = false) {
    galleryView.group = group;
    galleryView.tabs.forEach((tab, i) => {
        tab.setAttribute("aria-selected", i === group);
        tab.tabIndex = i === group ? 0 : -1;
    });
    const { meaning, samples } = gallery.groups[group];
    galleryView.panel.setAttribute("aria-labelledby", `tab-${group}`);
    galleryView.panel.replaceChildren(el("div", { class: "group" }, el("p", { class: "lead" }, meaning), heatScale()), el("div", { class: "shots" }, ...samples.map(shot)));
    markShots();
    if (focus) {
        galleryView.tabs[group].focus();
    }
}

function markShots() {
    for (const card of galleryView.panel?.querySelectorAll(".shot") ?? []) {
        card.classList.toggle("selected", Number(card.dataset.sample) === selection.index);
    }
}

// False where the sample has no pictures.
function showInGallery(index) {
    const group = gallery.groups.findIndex(candidate => candidate.samples.includes(index));
    if (group < 0 || picturesOf(index).length === 0) {
        return false;
    }
    if (!gallery.groups[galleryView.group].samples.includes(index)) {
        openGroup(group);
    }
    bringIntoView(galleryView.panel.querySelector(`[data-sample="${index}"]`));
    return true;
}

function onTabKey(event) {
    const last = gallery.groups.length - 1;
    const to = { ArrowRight: Math.min(last, galleryView.group + 1), ArrowLeft: Math.max(0, galleryView.group - 1), Home: 0, End: last }[event.key];
    if (to !== undefined) {
        event.preventDefault();
        openGroup(to, true);
    }
}

// Paper has no tabs: every group, one after the other.
function printGallery(printing) {
    if (galleryView.panel === null) {
        return;
    }
    if (printing) {
        galleryView.panel.replaceChildren(...gallery.groups.flatMap(group =>
            [el("h3", {}, group.title), el("p", { class: "lead" }, group.meaning), el("div", { class: "shots" }, ...group.samples.map(shot))]));
    } else {
        openGroup(galleryView.group);
    }
}

function showGallery() {
    if (gallery.groups.length === 0 && gallery.note === null) {
        return;
    }
    const body = bodyOf("gallery");
    if (gallery.note !== null) {
        body.append(el("p", { class: "note" }, gallery.note));
    }
    if (gallery.groups.length === 0) {
        return;
    }
    galleryView.tabs = gallery.groups.map((group, i) => el("button", {
        type: "button", role: "tab", id: `tab-${i}`, "aria-controls": "gallery-panel", onclick: () => openGroup(i), onkeydown: onTabKey,
    }, group.title));
    galleryView.panel = el("div", { id: "gallery-panel", role: "tabpanel" });
    body.append(el("div", { class: "tabs", role: "tablist", "aria-label": "Which samples" }, ...galleryView.tabs), galleryView.panel);
    openGroup(0);
    onSelect(markShots);
}
