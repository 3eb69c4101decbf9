namespace PerceptualEval.Cli.Datasets;

/// <summary>How the dimensions of one sample lie in a tensor file. Samples are handed on channels first in any case.</summary>
internal enum SampleLayout
{
    /// <summary>An image or its latent: <c>[C,h,w]</c>.</summary>
    Image,

    /// <summary>A clip, channels first: <c>[C,T,h,w]</c>, as video VAEs take them.</summary>
    ChannelsFrames,

    /// <summary>A clip, frames first: <c>[T,C,h,w]</c>, as diffusion pipelines and video readers order them.</summary>
    FramesChannels,
}
