using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The models that a verb uses where none is named: the small built-in ones, which only approximate the real ones and say so.</summary>
internal static class DefaultModels
{
    /// <summary>The name of the built-in decoder.</summary>
    public const string Decoder = "preview-decoder";

    /// <summary>The name of the built-in encoder.</summary>
    public const string Encoder = "preview-encoder";

    /// <summary>The name of the built-in LPIPS network.</summary>
    public const string Lpips = "preview-lpips";

    /// <summary>Finds the model that was named, or the built-in one of its kind.</summary>
    /// <param name="store">Where models are looked up.</param>
    /// <param name="nameOrFolder">What the option was given; null where it was left out.</param>
    /// <param name="kind">The kind that is needed: decoder, encoder or LPIPS.</param>
    /// <exception cref="ModelException">There is no such model, or it is of another kind.</exception>
    public static Model Find(ModelStore store, string? nameOrFolder, ModelKind kind) => store.Find(nameOrFolder ?? NameOf(kind), kind);

    /// <summary>Says on stderr, in one line, which of the models are approximations, of what, how close, and how to get the real ones.</summary>
    /// <param name="models">The models of a run, once each.</param>
    public static void TellOfApproximations(params IReadOnlyList<Model> models)
    {
        if (Line(models) is { } line)
        {
            Console.Error.WriteLine($"perceptual-eval: {line}");
        }
    }

    /// <summary>The line about approximations; null where all models are the real ones.</summary>
    /// <param name="models">The models of a run, once each.</param>
    public static string? Line(IReadOnlyList<Model> models)
    {
        var found = models.Where(model => model.Manifest.Approximates is not null).Select(model => (model.Name, Of: model.Manifest.Approximates!)).ToArray();
        return found.Length == 0
            ? null
            : $"for a quick look only: {string.Join(" and ", found.Select(model => $"{model.Name} approximates {model.Of.Model} ({model.Of.Closeness})"))}. "
                + $"The real {(found.Length == 1 ? "one" : "ones")}: perceptual-eval pull {string.Join(' ', found.Select(model => model.Of.Replacement))}";
    }

    /// <summary>The name of the built-in model of a kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none of that kind.</exception>
    public static string NameOf(ModelKind kind) => kind switch
    {
        ModelKind.Decoder => Decoder,
        ModelKind.Encoder => Encoder,
        ModelKind.Lpips => Lpips,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is a built-in decoder, encoder and LPIPS network."),
    };
}
