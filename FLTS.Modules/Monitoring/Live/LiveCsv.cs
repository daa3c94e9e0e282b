using System.Globalization;
using System.Text;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>How forecasts did as CSV, a line an hour and role.</summary>
internal static class LiveCsv
{
    public const string Header =
        "from,day,role,model,cells,matched,state,mae,rmse,bias,coverage_80,coverage_95,interval_score_80\n";

    public static string Of(LiveView view)
    {
        var text = new StringBuilder(Header);
        foreach (var hour in view.Hours)
        {
            foreach (var (role, score) in hour.Scores)
            {
                var state = Forecasting.Backtests.RollingScore.StateOf(score.Cells, score.Matched);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{hour.From},{(hour.Day ? "true" : "false")},{role},{score.Model},{score.Cells},{score.Matched},{state}");
                double?[] numbers = [score.Mae, score.Rmse, score.Bias, score.Coverage80, score.Coverage95, score.IntervalScore80];
                foreach (var number in numbers)
                    text.Append(',').Append(number?.ToString("R", CultureInfo.InvariantCulture));
                text.Append('\n');
            }
        }

        return text.ToString();
    }
}
