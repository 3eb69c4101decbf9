using System.Text.Json.Serialization;

namespace PerceptualEval;

/// <summary>What happens in the third term where image and decoded image differ in size; bicubic with antialias, not clamped afterwards.</summary>
public enum ResizeMode
{
    /// <summary>Nothing: different sizes are an error.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>The image is resized to the decoded image's size (the reference class' <c>scale_input_to_tgt_size</c>).</summary>
    [JsonStringEnumMemberName("image")]
    Image,

    /// <summary>The decoded image is resized to the image's size (the reference class' <c>scale_tgt_to_input_size</c>).</summary>
    [JsonStringEnumMemberName("decoded")]
    Decoded,
}
