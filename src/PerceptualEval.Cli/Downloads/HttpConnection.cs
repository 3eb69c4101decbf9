using System.Net;
using System.Net.Http.Headers;

namespace PerceptualEval.Cli.Downloads;

/// <summary>Asks servers for files: follows redirects, sends the token to those it is for, and gives up on silent ones.</summary>
/// <remarks>The proxy variables (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) are honoured by .NET's own handler.</remarks>
internal sealed class HttpConnection : IDisposable
{
    private const int MostRedirects = 10;

    private readonly DownloadOptions _options;
    private readonly HttpClient _client;
    private bool _reached;

    public HttpConnection(DownloadOptions options)
    {
        _options = options;
        // Redirects are followed here: the handler would take the token off at every one, also where a renamed repository's leads to the same host.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = options.IdleTimeout }) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("perceptual-eval", ToolVersion.Text.Split('+')[0]));
    }

    /// <summary>Asks for a file, or for its rest.</summary>
    /// <param name="url">Where to begin.</param>
    /// <param name="from">The first byte wanted.</param>
    /// <param name="tag">The tag that the content must have for a part of it to be of use; null where all is wanted.</param>
    /// <param name="interrupt">Ctrl-C.</param>
    /// <returns>The answer's head, whatever its status but a redirect; the caller's to dispose.</returns>
    /// <exception cref="DownloadException">No server answers, or the redirects lead nowhere.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri url, long from, string? tag, CancellationToken interrupt)
    {
        var address = url;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var response = await SendAsync(address, from, tag, interrupt).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return response;
            }

            using (response)
            {
                address = Next(address, response.Headers.Location);
            }
        }

        throw new DownloadException(url, $"redirected more than {MostRedirects} times. Fetch the file with a browser.");
    }

    /// <summary>Waits for a server, but not longer than it may be silent.</summary>
    /// <exception cref="DownloadException">The server is silent, or the connection broke.</exception>
    public async Task<T> AwaitAsync<T>(Uri url, Func<CancellationToken, Task<T>> step, CancellationToken interrupt)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        silence.CancelAfter(_options.IdleTimeout);
        try
        {
            return await step(silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!interrupt.IsCancellationRequested)
        {
            throw new DownloadException(url, $"{url.IdnHost} was silent for {_options.IdleTimeout.TotalSeconds:0.#} s", exception) { IsPassing = true };
        }
        catch (HttpRequestException exception) when (!_reached)
        {
            throw new DownloadException(url, $"{url.IdnHost} can't be reached ({Cause(exception)})", exception) { IsOffline = true };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DownloadException(url, $"the connection to {url.IdnHost} broke ({Cause(exception)})", exception) { IsPassing = true };
        }
    }

    public void Dispose() => _client.Dispose();

    private static string Cause(Exception exception) =>
        (exception.GetBaseException().Message.ReplaceLineEndings(" ") is { Length: > 0 } message ? message : exception.GetType().Name).TrimEnd('.');

    private static Uri Next(Uri from, Uri? location)
    {
        if (location is null)
        {
            throw new DownloadException(from, "answers with a redirect that leads nowhere. Fetch the file with a browser.");
        }

        var next = new Uri(from, location);
        return next.Scheme == Uri.UriSchemeHttps || next.Scheme == from.Scheme
            ? next
            : throw new DownloadException(from, $"redirects to '{next}', which is not encrypted; not followed.");
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, long from, string? tag, CancellationToken interrupt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (_options.Token is { } token && _options.GetsToken(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (from > 0 && tag is not null)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(tag));
        }

        var response = await AwaitAsync(address, silence => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence), interrupt)
            .ConfigureAwait(false);
        _reached = true;
        return response;
    }
}
