namespace PerceptualEval.ModelBuilder;

/// <summary>Published weight files that are recognised by their content, whatever they are called: their origin and licence go into the manifest.</summary>
internal sealed record KnownCheckpoint(string Origin, string Licence)
{
    private const string Lpips = "github.com/richzhang/PerceptualSimilarity lpips/weights/";
    private const string Taesd = "github.com/madebyollin/taesd ";

    private static readonly Dictionary<string, KnownCheckpoint> BySha256 = new()
    {
        ["0a44a31e1ae59eb9dbf9359d24942fd3ef5928162c1800d97a28c61d51be0ab5"] = new(Taesd + "taef2_decoder.pth", "MIT"),
        ["10a4e1021e89d7551eaf161352da8dbd0b1aa83872ae28b150c1df1ce2f147b6"] = new(Taesd + "taef2_encoder.pth", "MIT"),
        ["df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0"] = new(Lpips + "v0.1/alex.pth", "BSD-2-Clause"),
        ["a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868"] = new(Lpips + "v0.1/vgg.pth", "BSD-2-Clause"),
        ["4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76"] = new(Lpips + "v0.1/squeeze.pth", "BSD-2-Clause"),
        ["18720f55913d0af89042f13faa7e536a6ce1444a0914e6db9461355ece1e8cd5"] = new(Lpips + "v0.0/alex.pth", "BSD-2-Clause"),
        ["b9e4236260c3dd988fc79d2a48d645d885afcbb21f9fd595e6744cf7419b582c"] = new(Lpips + "v0.0/vgg.pth", "BSD-2-Clause"),
        ["c27abd3a0145541baa50990817df58d3759c3f8154949f42af3b59b4e042d0bf"] = new(Lpips + "v0.0/squeeze.pth", "BSD-2-Clause"),
        ["435cedb387e95bc8291893f61a3a64f0345b8c23a05139aceef43947efb3d52d"] = new("torchvision squeezenet1_1 IMAGENET1K_V1, features", "BSD-3-Clause"),
    };

    /// <summary>The published file with this content, or null.</summary>
    public static KnownCheckpoint? Find(string sha256) => BySha256.GetValueOrDefault(sha256);
}
