using System.Text;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Results;

public sealed class DistanceJsonTests
{
    [Fact]
    public void Write_Pairs_IsExactlyTheContract()
    {
        using var destination = new MemoryStream();
        using var output = new StandardOutput(destination);

        DistanceJson.Write(
            output,
            new DistanceProvenance("0.1.0", "onnxruntime 1.31.1", "cuda:0", new ModelIdentity("alex", "cc33")),
            [new DistancePair("a", 0.1, [0.025, 0.075]), new DistancePair("b", 1e-7), new DistancePair("c", double.NaN)]);

        Assert.Equal(
            """
            {
            "schema":1,
            "provenance":{"version":"0.1.0","runtime":"onnxruntime 1.31.1","device":"cuda:0","lpips":{"name":"alex","sha256":"cc33"}},
            "pairs":[
            {"id":"a","distance":0.1,"layers":[0.025,0.075]},
            {"id":"b","distance":1E-07},
            {"id":"c","distance":null}
            ]
            }

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(destination.ToArray()));
    }
}
