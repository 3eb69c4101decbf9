// What an audit found, worst first.

const shownSamples = 12;

function findingItem(finding) {
    const samples = finding.samples.slice(0, shownSamples);
    const more = finding.samples.length - samples.length;
    return el("li", { class: "card finding", "data-severity": finding.severity },
        el("h3", {}, el("span", { class: "severity" }, { error: "Error", warning: "Warning", note: "Note" }[finding.severity]), finding.title),
        el("p", {}, finding.evidence),
        finding.advice ? el("p", { class: "muted" }, finding.advice) : null,
        samples.length === 0 ? null : el("div", { class: "ids" }, ...samples.map(index => idButton(index)),
            more > 0 ? el("span", { class: "muted" }, `and ${count(more)} more`) : null));
}

function showFindings() {
    if (report.findings !== null) {
        bodyOf("findings").append(report.findings.length === 0
            ? el("p", { class: "lead" }, "Nothing was found wrong.")
            : el("ul", { class: "findings" }, ...report.findings.map(findingItem)));
    }
}
