namespace FLTS.Host.Cli;

/// <summary>
/// What came of the requests of one user: a histogram of times with buckets 1 % wide, so that a long test takes no more memory than a
/// short one. Written by one thread, read by another: what is read may be a request behind.
/// </summary>
internal sealed class LoadCount
{
    private const double ShortestMilliseconds = 0.01;
    private const double Width = 1.01;

    /// <summary>To 100 s, longer than any request may take.</summary>
    private static readonly int _buckets = (int)Math.Ceiling(Math.Log(100_000 / ShortestMilliseconds, Width));

    private readonly long[] _times = new long[_buckets + 1];

    /// <summary>Answers of 200.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Answers of 429: the server has more to do than it admits, and says so.</summary>
    public long Refused { get; private set; }

    /// <summary>Everything else: another status, no answer.</summary>
    public long Failed { get; private set; }

    public long Total => Succeeded + Refused + Failed;

    /// <summary>The newest failure in words.</summary>
    public string? Reason { get; private set; }

    /// <param name="time">From the request's first byte to the answer's last.</param>
    public void Success(TimeSpan time)
    {
        var widths = Math.Log(Math.Max(time.TotalMilliseconds, ShortestMilliseconds) / ShortestMilliseconds, Width);
        _times[(int)Math.Min(widths, _buckets)]++;
        Succeeded++;
    }

    public void Refusal() => Refused++;

    public void Failure(string reason) => (Failed, Reason) = (Failed + 1, reason);

    public void Add(LoadCount other)
    {
        for (var i = 0; i < _times.Length; i++)
            _times[i] += other._times[i];
        (Succeeded, Refused, Failed) = (Succeeded + other.Succeeded, Refused + other.Refused, Failed + other.Failed);
        Reason ??= other.Reason;
    }

    /// <param name="share">In (0, 1].</param>
    /// <returns>Milliseconds within which that share of the successful requests was answered, to 1 %; 0 where there were none.</returns>
    public double Quantile(double share)
    {
        var rank = (long)Math.Ceiling(share * _times.Sum());
        var bucket = 0;
        for (long seen = 0; bucket < _times.Length && (seen += _times[bucket]) < rank;)
            bucket++;
        return rank == 0 ? 0 : ShortestMilliseconds * Math.Pow(Width, bucket + 0.5);
    }
}
