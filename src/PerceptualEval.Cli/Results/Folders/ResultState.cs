using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>How far the run of a results folder is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResultState>))]
internal enum ResultState
{
    /// <summary>At work, or ended before it was through: killed, interrupted, failed.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Every sample is there, and the summary.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,
}
