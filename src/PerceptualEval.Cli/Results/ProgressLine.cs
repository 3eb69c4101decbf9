using System.Globalization;

namespace PerceptualEval.Cli.Results;

/// <summary>One line on a terminal that says how far a run is: count, share, speed and what is left. Silent anywhere else.</summary>
internal sealed class ProgressLine : IDisposable
{
    // Often enough to look alive, rarely enough to cost nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const string EraseLine = "\r\u001b[K";

    private readonly TextWriter? _terminal;
    private readonly long? _total;
    private readonly string _unit;
    private readonly TimeProvider _clock;
    private (long Done, long Time)? _first;
    private long _shownAt;

    /// <summary>Starts a line. Nothing is shown before the first <see cref="Report"/>.</summary>
    /// <param name="terminal">Where to show it; null for nowhere. Stays the caller's.</param>
    /// <param name="total">How many there will be; null where that is not known.</param>
    /// <param name="unit">What is counted, such as <c>samples</c>.</param>
    /// <param name="clock">The clock.</param>
    public ProgressLine(TextWriter? terminal, long? total, string unit, TimeProvider clock)
    {
        _terminal = terminal;
        _total = total;
        _unit = unit;
        _clock = clock;
    }

    /// <summary>A line on standard error, where that is a terminal that can erase one.</summary>
    /// <param name="total">How many there will be; null where that is not known.</param>
    /// <param name="unit">What is counted, such as <c>samples</c>.</param>
    public static ProgressLine OnStandardError(long? total, string unit)
    {
        var canErase = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new ProgressLine(canErase ? Console.Error : null, total, unit, TimeProvider.System);
    }

    /// <summary>Tells how many are done.</summary>
    public void Report(long done)
    {
        if (_terminal is null)
        {
            return;
        }

        var now = _clock.GetTimestamp();
        // Speed counts from the first report: loading models and warming up come before it and would make it too low.
        _first ??= (done, now);
        if (_shownAt != 0 && _clock.GetElapsedTime(_shownAt, now) < Interval)
        {
            return;
        }

        _shownAt = now;
        _terminal.Write(EraseLine + Line(done, now));
        _terminal.Flush();
    }

    /// <summary>Erases the line, so that what follows starts on a clean one.</summary>
    public void Dispose()
    {
        if (_terminal is not null && _first is not null)
        {
            _terminal.Write(EraseLine);
            _terminal.Flush();
        }
    }

    private static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours < 1 ? @"m\:ss" : time.TotalDays < 1 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private string Line(long done, long now)
    {
        var line = _total is { } total
            ? string.Create(CultureInfo.InvariantCulture, $"{done}/{total} {_unit}  {(total == 0 ? 100 : 100 * done / total)} %")
            : string.Create(CultureInfo.InvariantCulture, $"{done} {_unit}");
        var (firstDone, firstTime) = _first!.Value;
        var seconds = _clock.GetElapsedTime(firstTime, now).TotalSeconds;
        if (done <= firstDone || seconds <= 0)
        {
            return line;
        }

        var perSecond = (done - firstDone) / seconds;
        line += string.Create(CultureInfo.InvariantCulture, $"  {FourDigits.Format(perSecond)} {_unit}/s");
        return _total is { } all ? $"{line}  {Clock(TimeSpan.FromSeconds(Math.Ceiling((all - done) / perSecond)))} left" : line;
    }
}
