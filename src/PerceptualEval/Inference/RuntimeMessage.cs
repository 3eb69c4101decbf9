namespace PerceptualEval.Inference;

/// <summary>The runtime's own words, fit for a message of ours.</summary>
internal static class RuntimeMessage
{
    /// <summary>An exception's message on one line.</summary>
    public static string OneLine(Exception exception) => exception.Message.ReplaceLineEndings(" ").Trim();
}
