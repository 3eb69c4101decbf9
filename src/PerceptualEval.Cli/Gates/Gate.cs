using PerceptualEval.Cli.Results;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Gates;

/// <summary>A condition that a run is checked for.</summary>
/// <param name="Name">The condition, such as <c>mean loss at most 0.5</c>.</param>
/// <param name="Failure">What was found where it is not met; null where it is.</param>
internal sealed record Gate(string Name, string? Failure)
{
    /// <summary>What to know about it, met or not; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Whether it is met.</summary>
    public bool IsMet => Failure is null;

    /// <summary>Every file can be read.</summary>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static Gate Readable(long badFiles) => new(
        "every file can be read",
        badFiles == 0 ? null : FormattableString.Invariant($"can't be read, and in no average: {badFiles} samples."));

    /// <summary>Every score is finite.</summary>
    /// <param name="losses">The scores.</param>
    /// <param name="checkpoint">Whose they are; null in a run of one.</param>
    public static Gate Finite(LossSummary losses, string? checkpoint = null) => new(
        $"every score{Of(checkpoint)} is finite",
        losses.NonFinite == 0 ? null : FormattableString.Invariant($"not finite, and in no average: {losses.NonFinite} of {losses.Count} samples{Of(checkpoint)}."));

    /// <summary>The mean loss is not above a limit.</summary>
    /// <param name="losses">The scores.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="checkpoint">Whose they are; null in a run of one.</param>
    public static Gate MeanAtMost(LossSummary losses, double limit, string? checkpoint = null) => new(
        FormattableString.Invariant($"mean loss{Of(checkpoint)} at most {limit}"),
        losses.Loss.Mean > limit ? FormattableString.Invariant($"gate failed: mean loss {losses.Loss.Mean}{Of(checkpoint)} is above {limit}.") : null);

    /// <summary>The mean loss is not above a baseline's, as far as the paired samples show.</summary>
    /// <param name="difference">The loss' difference to the baseline; null where no sample is finite in both.</param>
    /// <param name="baseline">The baseline, for messages.</param>
    /// <param name="checkpoint">What is compared with it; null in a run of one.</param>
    public static Gate NotWorse(PairedDifference? difference, string baseline, string? checkpoint = null) => new(
        NotWorseName(baseline, checkpoint),
        difference?.Ci95 is not { } interval
            ? FormattableString.Invariant($"gate failed: {difference?.Count ?? 0} samples{Of(checkpoint)} are finite here and in '{baseline}'; an interval takes at least 2.")
        : interval.Low > 0
            ? $"gate failed: mean loss{Of(checkpoint)} is {FourDigits.Format(difference.Mean)} above that of '{baseline}', "
                + FormattableString.Invariant($"95 % interval {FourDigits.Format(interval.Low)} to {FourDigits.Format(interval.High)}, over {difference.Count} samples.")
        : null);

    /// <summary>The same where hardly a sample of the baseline is one of the run: nothing is shown, so it is not met.</summary>
    /// <param name="baseline">The baseline, for messages.</param>
    /// <param name="there">How many samples it has.</param>
    /// <param name="here">How many the run has.</param>
    /// <param name="shared">How many have the same id.</param>
    /// <param name="checkpoint">What is compared with it; null in a run of one.</param>
    public static Gate Unpaired(string baseline, int there, int here, int shared, string? checkpoint) => new(
        NotWorseName(baseline, checkpoint),
        FormattableString.Invariant($"gate failed: of the {there} samples of '{baseline}' and the {here} of this run, {shared} have the same id; expected at least 2. ")
            + "Give the results of a run of the same samples.");

    /// <summary>Says on standard error which gates failed, and what is to know about them.</summary>
    /// <returns>The exit code that they make.</returns>
    public static ExitCode Report(IReadOnlyList<Gate> gates)
    {
        foreach (var note in gates.Select(gate => gate.Note).OfType<string>().Distinct())
        {
            Console.Error.WriteLine($"perceptual-eval: {note}");
        }

        var code = ExitCode.Ok;
        foreach (var gate in gates.Where(gate => !gate.IsMet))
        {
            Console.Error.WriteLine($"perceptual-eval: {gate.Failure}");
            code = ExitCode.GateFailed;
        }

        return code;
    }

    private static string NotWorseName(string baseline, string? checkpoint) => $"mean loss{Of(checkpoint)} not above that of '{baseline}'";

    private static string Of(string? checkpoint) => checkpoint is null ? "" : $" of '{checkpoint}'";
}
