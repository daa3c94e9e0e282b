namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>Rows for a fit or a forecast, in any order; all columns have N entries.</summary>
public sealed class ProphetFrame
{
    /// <summary>[N] Times without a zone.</summary>
    public required DateTime[] Ds { get; init; }

    /// <summary>[N] What is forecast; NaN where missing. Needed for a fit only.</summary>
    public double[]? Y { get; init; }

    /// <summary>[N] Upper limit of a logistic trend, in units of y.</summary>
    public double[]? Cap { get; init; }

    /// <summary>[N] Lower limit of a logistic trend, in units of y; null: 0.</summary>
    public double[]? Floor { get; init; }

    /// <summary>[N] Values of each extra regressor.</summary>
    public IReadOnlyDictionary<string, double[]> Regressors { get; init; } = new Dictionary<string, double[]>();

    /// <summary>[N] Rows on which each condition of a seasonality holds.</summary>
    public IReadOnlyDictionary<string, bool[]> Conditions { get; init; } = new Dictionary<string, bool[]>();

    /// <summary>N.</summary>
    public int Rows => Ds.Length;

    /// <summary>Times from seconds since 1970-01-01.</summary>
    /// <exception cref="InvalidInputException">A value is NaN, infinite or beyond the calendar; names the row.</exception>
    public static DateTime[] TimesFromUnixSeconds(ReadOnlySpan<double> seconds)
    {
        var times = new DateTime[seconds.Length];
        for (var i = 0; i < seconds.Length; i++)
        {
            var ticks = seconds[i] * TimeSpan.TicksPerSecond;
            if (!(ticks > -DateTime.UnixEpoch.Ticks && ticks < DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks))
                throw new InvalidInputException(FormattableString.Invariant($"ds of row {i} is {seconds[i]}; it must be a time."));
            times[i] = new DateTime(DateTime.UnixEpoch.Ticks + (long)Math.Round(ticks));
        }

        return times;
    }

    /// <summary>Days since 1970-01-01, the unit of Prophet's seasonal periods.</summary>
    internal static double Days(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerDay;

    /// <summary>Checks lengths, times, and that what <paramref name="settings"/> needs is there and finite.</summary>
    internal void Check(ProphetSettings settings)
    {
        for (var i = 0; i < Ds.Length; i++)
        {
            if (Ds[i] == default)
                throw new InvalidInputException($"ds of row {i} is missing; every row needs a time.");
        }

        Length("y", Y?.Length);
        Length("cap", Cap?.Length);
        Length("floor", Floor?.Length);
        foreach (var regressor in settings.Regressors)
        {
            if (!Regressors.TryGetValue(regressor.Name, out var values))
                throw new InvalidInputException(
                    $"The rows have no column for the regressor '{regressor.Name}'; its values, future ones included, must come with the "
                    + "request.");
            Length(regressor.Name, values.Length);
            Finite($"regressor '{regressor.Name}'", values);
        }

        foreach (var condition in settings.Seasonalities.Select(s => s.Condition).OfType<string>())
        {
            if (!Conditions.TryGetValue(condition, out var flags))
                throw new InvalidInputException(
                    $"The rows have no column for the condition '{condition}'; a conditional seasonality needs it, in future rows too.");
            Length(condition, flags.Length);
        }

        if (settings.Growth == Growth.Logistic)
            CheckLimits();
    }

    /// <summary>The rows at <paramref name="rows"/>, in that order, with another y.</summary>
    internal ProphetFrame Take(int[] rows, double[]? y) => new()
    {
        Ds = Pick(Ds, rows),
        Y = y,
        Cap = Cap is null ? null : Pick(Cap, rows),
        Floor = Floor is null ? null : Pick(Floor, rows),
        Regressors = Regressors.ToDictionary(p => p.Key, p => Pick(p.Value, rows), StringComparer.Ordinal),
        Conditions = Conditions.ToDictionary(p => p.Key, p => Pick(p.Value, rows), StringComparer.Ordinal),
    };

    internal static T[] Pick<T>(T[] values, int[] rows)
    {
        var picked = new T[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            picked[i] = values[rows[i]];
        return picked;
    }

    private void CheckLimits()
    {
        if (Cap is null)
            throw new InvalidInputException("Logistic growth needs a cap on every row, future rows included.");
        Finite("cap", Cap);
        if (Floor is not null)
            Finite("floor", Floor);
        for (var i = 0; i < Cap.Length; i++)
        {
            var floor = Floor?[i] ?? 0;
            if (Cap[i] <= floor)
                throw new InvalidInputException(FormattableString.Invariant($"cap of row {i} is {Cap[i]}, not above its floor {floor}."));
        }
    }

    private static void Finite(string name, double[] values)
    {
        var bad = Array.FindIndex(values, v => !double.IsFinite(v));
        if (bad >= 0)
            throw new InvalidInputException(FormattableString.Invariant($"{name} of row {bad} is {values[bad]}; it must be finite."));
    }

    private void Length(string name, int? length)
    {
        if (length is { } n && n != Ds.Length)
            throw new InvalidInputException($"{name} has {n} values for {Ds.Length} rows.");
    }
}
