// Latent L2 against LPIPS: every sample a point. On a canvas, for ten thousand of them.

const reach = 24; // pixels within which a pointer finds a point
const margin = { left: 52, right: 12, top: 10, bottom: 40 };

function scatterPoints(x, y) {
    const points = [];
    checkpoints.forEach((checkpoint, of) => {
        checkpoint.values[x].forEach((value, index) => {
            const other = checkpoint.values[y][index];
            if (value !== null && other !== null && !(index in checkpoint.nonFinite)) {
                points.push({ index, of, a: value, b: other });
            }
        });
    });
    return points;
}

const shapes = [
    (context, x, y, r) => context.arc(x, y, r, 0, 2 * Math.PI),
    (context, x, y, r) => context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
    (context, x, y, r) => polygon(context, x, y, r * 1.25, 3),
    (context, x, y, r) => polygon(context, x, y, r * 1.25, 4),
];

function polygon(context, x, y, r, corners) {
    for (let i = 0; i <= corners; i++) {
        const angle = 2 * Math.PI * i / corners - Math.PI / 2;
        context.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    }
}

class Scatter {
    constructor(canvas, x, y) {
        Object.assign(this, { canvas, unmarked: el("canvas"), x, y, points: scatterPoints(x, y) });
        this.edges = [range(this.points.map(point => point.a)), range(this.points.map(point => point.b))];
        this.pictured = new Set(gallery.groups.flatMap(group => group.samples));
        this.order = [...this.points].sort((p, q) => p.a - q.a);
    }

    draw(width) {
        const height = this.canvas.clientHeight;
        const ratio = Math.min(3, devicePixelRatio || 1);
        for (const canvas of [this.canvas, this.unmarked]) {
            [canvas.width, canvas.height] = [width * ratio, height * ratio];
            canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
        }
        this.toX = scale(...this.edges[0], margin.left, width - margin.right);
        this.toY = scale(...this.edges[1], height - margin.bottom, margin.top);
        const context = this.context = this.unmarked.getContext("2d");
        this.drawAxes(width, height);
        const radius = this.points.length > 3000 ? 2 : this.points.length > 300 ? 3 : 4.5;
        context.globalAlpha = this.points.length > 3000 ? 0.4 : 0.7;
        checkpoints.forEach((checkpoint, of) => {
            context.fillStyle = color(checkpoint.color);
            for (const point of this.points.filter(point => point.of === of)) {
                context.beginPath();
                shapes[of % shapes.length](context, this.toX(point.a), this.toY(point.b), radius);
                context.fill();
            }
        });
        context.globalAlpha = 1;
        for (const point of this.points.filter(point => this.pictured.has(point.index))) {
            this.ring(context, point, radius + 2.5, color("--ink"), 1);
        }
        this.markRadius = radius + 6;
        this.mark();
    }

    // Rings the selected sample. All others are drawn once, and copied: the pointer selects many a second.
    mark() {
        if (this.markRadius === undefined) {
            return;
        }
        const context = this.canvas.getContext("2d");
        context.save();
        context.resetTransform();
        context.clearRect(0, 0, this.canvas.width, this.canvas.height);
        context.drawImage(this.unmarked, 0, 0);
        context.restore();
        for (const point of this.points.filter(point => point.index === selection.index)) {
            this.ring(context, point, this.markRadius, color("--accent"), 2.5);
        }
    }

    ring(context, point, radius, stroke, width) {
        context.strokeStyle = stroke;
        context.lineWidth = width;
        context.beginPath();
        context.arc(this.toX(point.a), this.toY(point.b), radius, 0, 2 * Math.PI);
        context.stroke();
    }

    drawAxes(width, height) {
        const context = this.context;
        context.clearRect(0, 0, width, height);
        context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
        context.fillStyle = color("--muted");
        context.strokeStyle = color("--line");
        context.lineWidth = 1;
        context.textAlign = "center";
        for (const tick of ticks(...this.edges[0], width / 110)) {
            const x = Math.round(this.toX(tick.value)) + 0.5;
            this.line(x, margin.top, x, height - margin.bottom);
            context.fillText(tick.label, x, height - margin.bottom + 16);
        }
        context.fillText(`${terms[this.x].label} →`, (margin.left + width) / 2, height - 4);
        context.textAlign = "right";
        for (const tick of ticks(...this.edges[1], height / 70)) {
            const y = Math.round(this.toY(tick.value)) + 0.5;
            this.line(margin.left, y, width - margin.right, y);
            context.fillText(tick.label, margin.left - 6, y + 4);
        }
        context.save();
        context.translate(10, height / 2);
        context.rotate(-Math.PI / 2);
        context.textAlign = "center";
        context.fillText(`${terms[this.y].label} →`, 0, 0);
        context.restore();
    }

    line(x1, y1, x2, y2) {
        this.context.beginPath();
        this.context.moveTo(x1, y1);
        this.context.lineTo(x2, y2);
        this.context.stroke();
    }

    nearest(x, y) {
        let [best, distance] = [null, reach * reach];
        for (const point of this.points) {
            const d = (this.toX(point.a) - x) ** 2 + (this.toY(point.b) - y) ** 2;
            if (d < distance) {
                [best, distance] = [point, d];
            }
        }
        return best;
    }

    // The next sample to the right or left of the selected one.
    step(by) {
        const at = this.order.findIndex(point => point.index === selection.index && point.of === selection.checkpoint);
        const next = this.order[Math.max(0, Math.min(this.order.length - 1, at < 0 ? 0 : at + by))];
        select(next.index, next.of);
    }
}

function showScatter() {
    const [x, y] = rankTerms;
    if (x < 0 || y < 0 || checkpoints.length === 0 || scatterPoints(x, y).length < 2) {
        return;
    }
    const section = show("scatter");
    section.querySelector(".lead").textContent = `How far the latents are apart, and how different the pictures look.${correlationText()}`;
    const canvas = el("canvas", {
        tabindex: 0, role: "application", "aria-roledescription": "scatter plot", "aria-describedby": "scatter-panel",
        "aria-label": `${count(ids.length)} samples, latent L2 against LPIPS.${correlationText()} Left and right arrow go from sample to sample, Enter shows it.`,
    });
    const panel = el("div", { class: "panel", id: "scatter-panel", "aria-live": "polite" }, ...samplePanel(null));
    section.querySelector(".body").append(legend() ?? "", el("div", { class: "card scatter" }, el("div", { class: "field" }, canvas), panel));
    const chart = new Scatter(canvas, x, y);
    drawn(canvas, width => chart.draw(width));
    onSelect(index => {
        panel.replaceChildren(...samplePanel(index));
        chart.mark();
    });
    listenToPointer(chart, canvas);
    canvas.addEventListener("keydown", event => {
        const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 50, PageDown: -50 }[event.key];
        if (by !== undefined) {
            chart.step(by);
        } else if (event.key === "Enter" && selection.index !== null) {
            jumpTo(selection.index);
        } else {
            return;
        }
        event.preventDefault();
    });
}

function listenToPointer(chart, canvas) {
    const found = event => chart.nearest(event.offsetX, event.offsetY);
    canvas.addEventListener("pointermove", event => {
        const point = event.pointerType === "mouse" ? found(event) : null;
        if (point !== null && point.index !== selection.index) {
            select(point.index, point.of);
        }
    });
    let touch = false;
    canvas.addEventListener("pointerdown", event => touch = event.pointerType !== "mouse");
    canvas.addEventListener("click", event => {
        const point = found(event);
        if (point !== null) {
            select(point.index, point.of);
            // A tap has not seen the sample yet: the panel shows it, and its buttons lead on.
            if (!touch) {
                jumpTo(point.index);
            }
        }
    });
}
