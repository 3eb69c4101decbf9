// In which order latent L2 and LPIPS put the samples.

const rankTerms = [termIndex("latent_l2_loss"), termIndex("perceptual_loss")];
const rankCache = new Map();
function rankOf(of, term) {
    const key = `${of}/${term}`;
    if (!rankCache.has(key)) {
        rankCache.set(key, ranks(checkpoints[of], term));
    }
    return rankCache.get(key);
}

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

function correlationText() {
    const parts = checkpoints.map((checkpoint, of) => {
        const rho = correlation(...rankTerms.map(term => rankOf(of, term)));
        return rho === null ? null : `${checkpoints.length > 1 ? `${checkpoint.name} ` : ""}${fixed(rho, 2)}`;
    }).filter(part => part !== null);
    return parts.length === 0 ? "" : ` Rank correlation: ${parts.join(", ")} (1: both put the samples in the same order; 0: no relation).`;
}
