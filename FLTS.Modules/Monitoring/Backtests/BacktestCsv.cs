using System.Globalization;
using System.Text;
using FLTS.Forecasting.Backtests;
using FLTS.Modules.Registry.Backtests;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary>The result of a backtest by lead, hour and target as CSV; a line without a target is of all targets together.</summary>
internal static class BacktestCsv
{
    public const string Header =
        "lead,from,target,cells,matched,state,rmse,mae,mse,bias,original_rmse,original_mae,original_bias\n";

    /// <summary>All lines with their header.</summary>
    public static string Of(IEnumerable<HourScore> hours)
    {
        var text = new StringBuilder(Header);
        foreach (var (lead, from, score) in hours)
        {
            Line(lead, from, "", score.Cells, score.Matched, [score.Rmse, score.Mae, score.Mse, score.Bias, null, null, null]);
            foreach (var (target, own) in score.PerTarget)
                Line(lead, from, target, own.Cells, own.Matched, Numbers(own));
        }

        return text.ToString();

        void Line(int lead, string from, string target, long cells, long matched, double?[] numbers)
        {
            var state = RollingScore.StateOf(cells, matched);
            text.Append(CultureInfo.InvariantCulture, $"{lead},{from},{Quoted(target)},{cells},{matched},{state}");
            foreach (var number in numbers)
                text.Append(',').Append(number?.ToString("R", CultureInfo.InvariantCulture));
            text.Append('\n');
        }
    }

    private static double?[] Numbers(RollingTargetScore score) =>
    [
        score.Rmse, score.Mae, score.Mse, score.Bias, score.Original?.Rmse, score.Original?.Mae, score.Original?.Bias,
    ];

    private static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(",\"\r\n") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
