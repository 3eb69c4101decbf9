// One sample's pictures over the whole window. Zoom and position are the same in all of them, so that a detail lies side by side.

const mostZoom = 32;

const zoomView = { index: null, factor: 1, x: 0, y: 0, pointers: new Map() };

// The samples in the order of the gallery, each once.
const zoomable = [...new Set(gallery.groups.flatMap(group => group.samples))].filter(index => picturesOf(index).length > 0);

function buildZoom() {
    const button = (label, text, action) => el("button", { type: "button", class: "button", "aria-label": label, title: label, onclick: action }, text);
    zoomView.title = el("h2", { id: "zoom-title" });
    zoomView.values = el("p", {});
    zoomView.panes = el("div", { class: "panes" });
    zoomView.level = el("span", { class: "muted", "aria-live": "polite" });
    zoomView.dialog = el("dialog", { "aria-labelledby": "zoom-title", onkeydown: onZoomKey },
        el("header", {}, zoomView.title, zoomView.values,
            button("Previous sample", "‹", () => stepZoom(-1)), button("Next sample", "›", () => stepZoom(1)),
            button("Zoom out", "−", () => zoomBy(0.5)), zoomView.level, button("Zoom in", "+", () => zoomBy(2)),
            button("Fit", "Fit", fitZoom), button("Close", "Close", () => zoomView.dialog.close())),
        zoomView.panes);
    document.body.append(zoomView.dialog);
}

function openZoom(index, focused = 0) {
    if (zoomView.dialog === undefined) {
        buildZoom();
    }
    Object.assign(zoomView, { index });
    zoomView.title.textContent = ids[index];
    zoomView.values.textContent = checkpoints.length === 1 ? terms.map((term, i) => `${term.label} ${fourDigits(checkpoints[0].values[i][index])}`).join(" · ") : "";
    const pictures = picturesOf(index);
    zoomView.panes.replaceChildren(...pictures.map(picture => pane(picture, index)));
    layOutPanes(pictures);
    fitZoom();
    if (!zoomView.dialog.open) {
        zoomView.dialog.showModal();
    }
    zoomView.panes.children[focused]?.focus({ preventScroll: true });
}

// As many columns as give the largest pictures.
function layOutPanes(pictures) {
    const { width: across, height: down } = pictures[0].image.size;
    const shape = across / down;
    const [width, height] = [innerWidth, innerHeight - 70];
    let [columns, best] = [1, 0];
    for (let tried = 1; tried <= pictures.length; tried++) {
        const rows = Math.ceil(pictures.length / tried);
        const side = Math.min(width / tried, height / rows * shape);
        if (side > best) {
            [columns, best] = [tried, side];
        }
    }
    zoomView.panes.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    zoomView.panes.style.gridAutoRows = "minmax(0, 1fr)";
}

function pane(picture, index) {
    const element = el("figure", { class: "pane", tabindex: -1 }, pictureElement(picture, index), el("figcaption", {}, captionOf(picture)));
    element.addEventListener("wheel", event => {
        event.preventDefault();
        zoomBy(2 ** (-event.deltaY / 300), placeIn(element, event));
    }, { passive: false });
    element.addEventListener("dblclick", event => zoomView.factor > 1 ? fitZoom() : zoomBy(4, placeIn(element, event)));
    element.addEventListener("pointerdown", event => {
        element.setPointerCapture(event.pointerId);
        zoomView.pointers.set(event.pointerId, placeIn(element, event));
    });
    for (const end of ["pointerup", "pointercancel"]) {
        element.addEventListener(end, event => zoomView.pointers.delete(event.pointerId));
    }
    element.addEventListener("pointermove", event => movePointer(element, event));
    return element;
}

function placeIn(element, event) {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function movePointer(element, event) {
    const before = zoomView.pointers.get(event.pointerId);
    if (before === undefined) {
        return;
    }
    const now = placeIn(element, event);
    const other = [...zoomView.pointers].find(([id]) => id !== event.pointerId)?.[1];
    zoomView.pointers.set(event.pointerId, now);
    if (other === undefined) {
        panBy(now.x - before.x, now.y - before.y);
    } else {
        const apart = place => Math.hypot(place.x - other.x, place.y - other.y);
        zoomBy(apart(now) / Math.max(1, apart(before)), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    }
}

const paneSize = () => ({ width: zoomView.panes.firstChild.clientWidth, height: zoomView.panes.firstChild.clientHeight });

function zoomBy(by, around) {
    const size = paneSize();
    const at = around ?? { x: size.width / 2, y: size.height / 2 };
    const factor = Math.max(1, Math.min(mostZoom, zoomView.factor * by));
    const change = factor / zoomView.factor;
    Object.assign(zoomView, { factor, x: at.x - (at.x - zoomView.x) * change, y: at.y - (at.y - zoomView.y) * change });
    applyZoom();
}

function panBy(x, y) {
    zoomView.x += x;
    zoomView.y += y;
    applyZoom();
}

function fitZoom() {
    Object.assign(zoomView, { factor: 1, x: 0, y: 0 });
    zoomView.pointers.clear();
    applyZoom();
}

function applyZoom() {
    const size = paneSize();
    zoomView.x = Math.min(0, Math.max(size.width * (1 - zoomView.factor), zoomView.x));
    zoomView.y = Math.min(0, Math.max(size.height * (1 - zoomView.factor), zoomView.y));
    for (const element of zoomView.panes.children) {
        element.classList.toggle("crisp", zoomView.factor >= 3);
        element.firstChild.style.transform = `translate(${zoomView.x}px, ${zoomView.y}px) scale(${zoomView.factor})`;
    }
    zoomView.level.textContent = `${zoomView.factor.toFixed(zoomView.factor < 10 ? 1 : 0)}×`;
}

function stepZoom(by) {
    const at = zoomable.indexOf(zoomView.index);
    const next = zoomable[(at + by + zoomable.length) % zoomable.length];
    select(next);
    openZoom(next);
}

function onZoomKey(event) {
    const pan = 60;
    const zoomed = zoomView.factor > 1;
    const action = {
        "+": () => zoomBy(2), "=": () => zoomBy(2), "-": () => zoomBy(0.5), "0": fitZoom,
        PageDown: () => stepZoom(1), PageUp: () => stepZoom(-1),
        ArrowRight: () => zoomed ? panBy(-pan, 0) : stepZoom(1), ArrowLeft: () => zoomed ? panBy(pan, 0) : stepZoom(-1),
        ArrowDown: () => panBy(0, -pan), ArrowUp: () => panBy(0, pan),
    }[event.key];
    if (action !== undefined) {
        event.preventDefault();
        action();
    }
}
