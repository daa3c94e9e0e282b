using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Leads;

/// <summary>A <see cref="SeasonProfile"/> as it was at the end of a fit, for series that are too short for one of their own.</summary>
/// <param name="Season">In steps.</param>
/// <param name="End">Last row of the fit.</param>
/// <param name="Values">[places][M] Over one season, at most 1440 places.</param>
internal sealed record CarriedSeason(int Season, DateTime End, double[][] Values)
{
    /// <summary>A profile is smooth over 3 % of a season: more places would say the same again.</summary>
    private const int MostPlaces = 1440;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>Steps to a place.</summary>
    private int Stride => (Season + Values.Length - 1) / Values.Length;

    /// <param name="step">Between rows.</param>
    /// <param name="season">In steps.</param>
    /// <param name="end">Last row of the fit.</param>
    /// <param name="values">[M] Of a lead from it.</param>
    public static CarriedSeason Of(SeriesStep step, int season, DateTime end, Func<int, double[]> values)
    {
        var stride = (season + MostPlaces - 1) / MostPlaces;
        var carried = new CarriedSeason(season, end, new double[(season + stride - 1) / stride][]);
        for (var lead = 1; lead <= season; lead++)
        {
            var place = carried.Place(step, step.Next(end, lead)) / stride;
            carried.Values[place] ??= values(lead);
        }

        // A day that has no such hour leaves its place empty.
        for (var place = 0; place < carried.Values.Length; place++)
            carried.Values[place] ??= Enumerable.Range(1, carried.Values.Length)
                .Select(back => carried.Values[(place + carried.Values.Length - back) % carried.Values.Length])
                .First(v => v is not null);
        return carried;
    }

    /// <summary>[M] Values at a time.</summary>
    public double[] At(SeriesStep step, DateTime time) => Values[Place(step, time) / Stride];

    public JsonObject ToJson() => new()
    {
        ["season"] = Season,
        ["end"] = End,
        ["values"] = JsonSerializer.SerializeToNode(Values),
    };

    /// <exception cref="CorruptArtifactException">No such profile of so many targets.</exception>
    public static CarriedSeason FromJson(JsonObject json, int targets, string file)
    {
        var carried = json.Deserialize<CarriedSeason>(JsonFormat.Snake);
        return carried is { Season: > 1, Values.Length: > 0 }
            && carried.Values.Length == (carried.Season + carried.Stride - 1) / carried.Stride
            && carried.Values.All(v => v?.Length == targets && v.All(double.IsFinite))
            ? carried
            : throw new CorruptArtifactException($"{file}: 'profile' is not that of a season of {targets} targets.");
    }

    /// <summary>Steps into the season: of a day by the clock on the wall, however long the day was.</summary>
    private int Place(SeriesStep step, DateTime time)
    {
        if (step.Unit == StepUnit.Duration && step.Duration < _day)
            return (int)(step.Local(time).TimeOfDay.Ticks / step.Duration.Ticks) % Season;
        var place = (int)((step.Between(End, time) - 1) % Season);
        return place < 0 ? place + Season : place;
    }
}
