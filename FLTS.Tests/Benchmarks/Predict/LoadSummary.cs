namespace FLTS.Benchmarks.Predict;

/// <summary>What came of asking for some time, whoever asked.</summary>
/// <param name="Seconds">It took.</param>
/// <param name="Answers">That came.</param>
/// <param name="Failed">Of them those that were no 200, and requests without an answer.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="P999">99.9th percentile.</param>
/// <param name="CpuSeconds">What asking took itself.</param>
internal sealed record LoadSummary(double Seconds, int Answers, int Failed, double P50, double P99, double P999, double CpuSeconds);
