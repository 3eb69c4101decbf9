using Parquet.Meta;
using PerceptualEval.Cli.Datasets.Archives;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

public sealed class ParquetClaimsTests
{
    [Fact]
    public void Read_Struct_NotesItsWholeNumbers()
    {
        // 1: i32 2; 2: i32 -3; 5: { 1: i32 300; 2: true }; 8: list of two i32; stop; one byte of something else.
        byte[] bytes = [0x15, 4, 0x15, 5, 0x3c, 0x15, 0xd8, 0x04, 0x11, 0, 0x39, 0x25, 2, 4, 0, 77];
        var page = new ThriftStruct(bytes);

        page.Read();

        Assert.Equal((2L, -3L, 300L, null), (page.Number(1), page.Number(2), page.Number(501), page.Number(7)));
        Assert.Equal(bytes.Length - 1, page.Length);
    }

    [Theory]
    [InlineData(new byte[] { }, "claims 1 bytes where 0 are left")]
    [InlineData(new byte[] { 0x18, 0xff, 0xff, 0xff, 0xff, 0x07, 0 }, "claims 2147483647 bytes where 1 are left")] // a text
    [InlineData(new byte[] { 0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x07, 0 }, "a list of 2147483647 entries in 1 bytes")]
    [InlineData(new byte[] { 0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "more than 64 bits")]
    [InlineData(new byte[] { 0x1e, 0 }, "unknown type 14")]
    public void Read_ClaimsBeyondTheBytes_AreRefused(byte[] bytes, string expected) =>
        Assert.Contains(expected, Refusal(bytes), StringComparison.Ordinal);

    [Fact]
    public void Read_NestedWithoutEnd_IsRefused()
    {
        Assert.Contains("structs within structs", Refusal([.. Enumerable.Repeat((byte)0x1c, 100_000)]), StringComparison.Ordinal);
        Assert.Contains("lists within lists", Refusal([.. Enumerable.Repeat((byte)0x19, 100_000)]), StringComparison.Ordinal);
    }

    [Fact]
    public void CheckSchema_Depth_IsLimited()
    {
        // A root, 30 lists within each other, one number; then the same 70 deeper.
        ParquetClaims.CheckSchema([.. Enumerable.Repeat(1, 31).Append(0).Select(Element)]);
        // Siblings are not depth.
        ParquetClaims.CheckSchema([Element(1000), .. Enumerable.Repeat(0, 1000).Select(Element)]);

        Assert.Contains("more than 32 deep", Assert.Throws<InvalidDataException>(
            () => ParquetClaims.CheckSchema([.. Enumerable.Repeat(1, 100).Append(0).Select(Element)])).Message, StringComparison.Ordinal);
    }

    private static SchemaElement Element(int children) => new() { Name = "x", NumChildren = children };

    private static string Refusal(byte[] bytes) => Assert.Throws<InvalidDataException>(() => new ThriftStruct(bytes).Read()).Message;
}
