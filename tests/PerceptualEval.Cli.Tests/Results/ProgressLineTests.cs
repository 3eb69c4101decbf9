using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Results;

public sealed class ProgressLineTests
{
    private const string Erase = "\r\u001b[K";

    private readonly ManualClock _clock = new();

    [Fact]
    public void Report_OnATerminal_ShowsCountShareSpeedAndTimeLeft()
    {
        using var terminal = new StringWriter();
        using (var progress = new ProgressLine(terminal, 1000, "samples", _clock))
        {
            progress.Report(0);
            _clock.Pass(TimeSpan.FromSeconds(10));
            progress.Report(40);
        }

        Assert.Equal($"{Erase}0/1000 samples  0 %{Erase}40/1000 samples  4 %  4.000 samples/s  4:00 left{Erase}", terminal.ToString());
    }

    [Fact]
    public void Report_TotalNotKnown_ShowsCountAndSpeed()
    {
        using var terminal = new StringWriter();
        using (var progress = new ProgressLine(terminal, null, "files", _clock))
        {
            progress.Report(1);
            _clock.Pass(TimeSpan.FromSeconds(2));
            progress.Report(2);
        }

        Assert.Equal($"{Erase}1 files{Erase}2 files  0.5000 files/s{Erase}", terminal.ToString());
    }

    [Fact]
    public void Report_ManyInAMoment_ShowsTheFirst()
    {
        using var terminal = new StringWriter();
        using (var progress = new ProgressLine(terminal, 100, "samples", _clock))
        {
            for (var i = 1; i <= 100; i++)
            {
                progress.Report(i);
            }
        }

        Assert.Equal($"{Erase}1/100 samples  1 %{Erase}", terminal.ToString());
    }

    [Fact]
    public void Report_HoursLeft_ShowsThem()
    {
        using var terminal = new StringWriter();
        using var progress = new ProgressLine(terminal, 100_000, "samples", _clock);
        progress.Report(0);
        _clock.Pass(TimeSpan.FromSeconds(1));
        progress.Report(10);

        Assert.EndsWith("10.00 samples/s  2:46:39 left", terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_NothingReported_WritesNothing()
    {
        using var terminal = new StringWriter();

        new ProgressLine(terminal, 10, "samples", _clock).Dispose();

        Assert.Equal("", terminal.ToString());
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan time) => _ticks += time.Ticks;
    }
}
