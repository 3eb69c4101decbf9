using System.Globalization;
using System.Net;

namespace PerceptualEval.Cli.Downloads;

/// <summary>Fetches a file, goes on where an earlier run or a broken connection left it, and tries again where that may help.</summary>
internal sealed class HttpDownload(DownloadOptions options) : IDisposable
{
    private const int BufferBytes = 1 << 18;

    private readonly HttpConnection _connection = new(options);

    /// <summary>Fetches a file. Its length is checked where the server or the catalogue says one; its content is not.</summary>
    /// <param name="file">The file; it has an address.</param>
    /// <param name="partPath">Where what arrives is kept; stays there also where the download fails.</param>
    /// <param name="report">Told how many bytes have arrived, and how many there will be where that is known.</param>
    /// <param name="interrupt">Ctrl-C.</param>
    /// <exception cref="DownloadException">It can't be fetched.</exception>
    /// <exception cref="Results.OutputException">It can't be written.</exception>
    public async Task FetchAsync(CatalogueFile file, string partPath, Action<long, long?> report, CancellationToken interrupt)
    {
        using var part = new PartFile(partPath);
        var (furthest, failures) = (part.Length, 0);
        while (true)
        {
            try
            {
                await TryAsync(file, part, report, interrupt).ConfigureAwait(false);
                return;
            }
            catch (DownloadException exception) when (exception.IsPassing)
            {
                // Only what has never arrived before is progress: a server that starts over and breaks at the same place is given up too.
                failures = part.Length > furthest ? 1 : failures + 1;
                furthest = Math.Max(furthest, part.Length);
                if (failures >= options.Tries)
                {
                    throw GivenUp(file.Url!, exception, part, failures);
                }

                await Task.Delay(Wait(failures, exception.RetryAfter), interrupt).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _connection.Dispose();

    private static DownloadException GivenUp(Uri url, DownloadException last, PartFile part, int tries)
    {
        var kept = part is { Tag: not null, Length: > 0 } ? string.Create(CultureInfo.InvariantCulture, $" The {part.Length} bytes that arrived are kept.") : string.Empty;
        return new DownloadException(url, $"given up after {tries} tries in a row; the last one: {last.Problem}.{kept} Run the command again to go on.", last);
    }

    private TimeSpan Wait(int failures, TimeSpan? asked)
    {
        var backoff = options.FirstWait * Math.Pow(2, failures - 1);
        var wait = asked > backoff ? asked.Value : backoff;
        return wait < options.LongestWait ? wait : options.LongestWait;
    }

    private async Task TryAsync(CatalogueFile file, PartFile part, Action<long, long?> report, CancellationToken interrupt)
    {
        if (part.Length > 0 && part.Length == file.Bytes)
        {
            return;
        }

        var url = file.Url!;
        using var response = await _connection.GetAsync(url, part.Length, part.Tag, interrupt).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == part.Length)
        {
            return;
        }

        var total = Begin(file, part, response);
        var body = await response.Content.ReadAsStreamAsync(interrupt).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await _connection.AwaitAsync(url, silence => body.ReadAsync(buffer, silence).AsTask(), interrupt).ConfigureAwait(false)) > 0)
        {
            await part.AppendAsync(buffer.AsMemory(0, read), interrupt).ConfigureAwait(false);
            RequireLength(file, part.Length, atMost: true);
            report(part.Length, total ?? file.Bytes);
        }

        if (total is not null && part.Length != total)
        {
            throw new DownloadException(url, $"the connection ended after {part.Length} of {total} bytes") { IsPassing = true };
        }

        RequireLength(file, part.Length);
    }

    // Brings the part file to where the answer's body begins; returns the whole file's length where the server says it.
    private static long? Begin(CatalogueFile file, PartFile part, HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                RequireLength(file, headers.ContentLength);
                part.Restart(tag);
                return headers.ContentLength;

            case HttpStatusCode.PartialContent when headers.ContentRange is { From: { } from } range && from == part.Length && (tag is null || tag == part.Tag):
                RequireLength(file, range.Length);
                return range.Length ?? from + headers.ContentLength;

            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                part.Restart(tag: null);
                throw new DownloadException(file.Url!, "the server's file is not the one whose beginning is here; starting over") { IsPassing = true };

            default:
                throw Refusal(file, response);
        }
    }

    private static void RequireLength(CatalogueFile file, long? length, bool atMost = false)
    {
        if (length is not null && file.Bytes is not null && (atMost ? length > file.Bytes : length != file.Bytes))
        {
            throw new DownloadException(file.Url!,
                $"has {length}{(atMost ? " or more" : string.Empty)} bytes, the official file has {file.Bytes}. Is that a proxy's page? Fetch it with a browser to see.");
        }
    }

    private static DownloadException Refusal(CatalogueFile file, HttpResponseMessage response)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var url = file.Url!;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(url, NotPermitted(file, status)) { IsRefused = true },
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new(url, $"the server answers {status}") { IsPassing = true, RetryAfter = response.Headers.RetryAfter?.Delta },
            HttpStatusCode.NotFound or HttpStatusCode.Gone =>
                new(url, $"is not there any more ({status}). Update perceptual-eval, or name a mirror's catalogue with --catalogue."),
            _ => new(url, $"the server answers {status}; expected 200. Fetch it with a browser."),
        };
    }

    private static string NotPermitted(CatalogueFile file, string status) => file.Gate is { } gate
        ? $"not without permission ({status}). Accept its licence at {gate}, and set HF_TOKEN to a token of that account (https://huggingface.co/settings/tokens)."
        : $"not without permission ({status}). Fetch it with a browser.";
}
