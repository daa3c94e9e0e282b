using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Prophet;

/// <summary>
/// What a Prophet model reads from a dataset's columns beside its targets: regressors and conditions, and caps and floors
/// where they are columns. All are known ahead. Saved as <see cref="FileName"/> beside the models, because it turns the
/// dataset's scale into original units.
/// </summary>
internal sealed class SeriesColumns
{
    /// <summary>Written only where there are such columns.</summary>
    public const string FileName = "columns.json";

    private const int Version = 1;

    private readonly ProphetHyperparameters _hyperparameters;
    private readonly IReadOnlyDictionary<string, ColumnUnits> _units;

    private SeriesColumns(ProphetHyperparameters hyperparameters, IReadOnlyDictionary<string, ColumnUnits> units)
    {
        (this._hyperparameters, this._units) = (hyperparameters, units);
        KnownAhead = Names(hyperparameters);
    }

    /// <summary>Columns whose coming values must be known, in the order the hyperparameters name them.</summary>
    public IReadOnlyList<string> KnownAhead { get; }

    /// <summary>Whether one target's caps and floors differ from another's.</summary>
    public bool LimitsByTarget =>
        _hyperparameters.LimitsInDataUnits || _hyperparameters.CapColumn is not null || _hyperparameters.FloorColumn is not null;

    /// <summary>Looks the columns up in a dataset.</summary>
    /// <param name="hyperparameters">They name them.</param>
    /// <param name="series">Its columns and targets.</param>
    /// <param name="scaler">To original units; null: the series is in original units.</param>
    /// <exception cref="InvalidInputException">A column is not there, is derived, or is a target.</exception>
    public static SeriesColumns Of(ProphetHyperparameters hyperparameters, PreparedSeries series, Scaler? scaler)
    {
        foreach (var name in Names(hyperparameters))
        {
            if (series.Targets.Contains(name))
                throw new InvalidInputException(
                    $"PROPHET cannot use '{name}' as a regressor, condition, cap or floor: it is a target, so its coming values are "
                    + "unknown. Leave it out of preprocessing.targets and name it in preprocessing.inputs.");
            if (!series.Columns.Contains(name) || (scaler is not null && !scaler.Contains(name)))
                throw new InvalidInputException(
                    $"PROPHET needs the column '{name}', which is no measured input of this dataset; name it in preprocessing.inputs. "
                    + $"There are {string.Join(", ", series.Columns)}.");
        }

        return new SeriesColumns(hyperparameters, Names(hyperparameters).Concat(series.Targets).ToDictionary(
            name => name,
            name => scaler is null ? new ColumnUnits(0, 1) : new ColumnUnits(scaler[name].Center, scaler[name].Scale),
            StringComparer.Ordinal));
    }

    /// <summary>Reads <see cref="Save"/>'s bytes.</summary>
    /// <exception cref="CorruptArtifactException">The file is missing, malformed, or lacks a column.</exception>
    public static SeriesColumns Load(
        ProphetHyperparameters hyperparameters, IReadOnlyList<string> targets, IReadOnlyDictionary<string, byte[]> files)
    {
        var needed = Names(hyperparameters);
        if (needed.Count == 0 && !hyperparameters.LimitsInDataUnits)
            return new SeriesColumns(hyperparameters, new Dictionary<string, ColumnUnits>());
        if (!files.TryGetValue(FileName, out var bytes))
            throw new CorruptArtifactException(
                $"A PROPHET model with {(needed.Count == 0 ? "limits" : $"the columns {string.Join(", ", needed)}")} needs the file "
                + $"{FileName}.");
        try
        {
            var document = JsonNode.Parse(bytes)?.AsObject();
            if ((int?)document?["version"] is not Version)
                throw new CorruptArtifactException($"{FileName} has version {document?["version"]}; this program reads {Version}.");
            var units = document["columns"].Deserialize<Dictionary<string, ColumnUnits>>(JsonFormat.Snake) ?? [];
            if (needed.Concat(targets).FirstOrDefault(n => !units.ContainsKey(n)) is { } missing)
                throw new CorruptArtifactException($"{FileName} lacks the column '{missing}'.");
            if (units.FirstOrDefault(u =>
                u.Value is null
                || !double.IsFinite(u.Value.Center)
                || !double.IsFinite(u.Value.Scale)
                || u.Value.Scale == 0) is { Key: { } odd })
                throw new CorruptArtifactException($"{FileName}: the units of '{odd}' are not finite, or its scale is 0.");
            return new SeriesColumns(hyperparameters, units);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CorruptArtifactException($"{FileName} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Null where there is nothing to keep.</summary>
    public byte[]? Save() => KnownAhead.Count == 0 && !_hyperparameters.LimitsInDataUnits
        ? null
        : JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["version"] = Version,
            ["columns"] = JsonSerializer.SerializeToNode(_units, JsonFormat.Snake),
        });

    /// <summary>Rows for a fit or a forecast of one target, without y; in local time, whose days and weeks its seasons are.</summary>
    /// <param name="times">[N]</param>
    /// <param name="series">Where the columns are read.</param>
    /// <param name="rows">[N] Row of <paramref name="series"/> for each time.</param>
    /// <param name="target">Whose scale caps and floors are brought to.</param>
    public ProphetFrame Frame(DateTime[] times, PreparedSeries series, int[] rows, string target) => new()
    {
        Ds = series.Step.Clock is { } clock ? Array.ConvertAll(times, clock.Local) : times,
        Cap = Limit(_hyperparameters.Cap, _hyperparameters.CapColumn, series, rows, target),
        Floor = Limit(
            _hyperparameters.Floor ?? (_hyperparameters.LimitsInDataUnits ? 0 : null),
            _hyperparameters.FloorColumn,
            series,
            rows,
            target),
        Regressors = _hyperparameters.Settings.Regressors.ToDictionary(
            r => r.Name, r => Original(r.Name, series, rows), StringComparer.Ordinal),
        Conditions = Conditions(_hyperparameters)
            .ToDictionary(c => c, c => Array.ConvertAll(Original(c, series, rows), v => v != 0), StringComparer.Ordinal),
    };

    private double[]? Limit(double? constant, string? column, PreparedSeries series, int[] rows, string target)
    {
        if (column is not null)
            return Array.ConvertAll(Original(column, series, rows), _units[target].Scaled);
        if (constant is not { } limit)
            return null;
        return [.. Enumerable.Repeat(_hyperparameters.LimitsInDataUnits ? _units[target].Scaled(limit) : limit, rows.Length)];
    }

    private double[] Original(string column, PreparedSeries series, int[] rows)
    {
        var values = series.Values[series.IndexOf(column)];
        return Array.ConvertAll(rows, row => _units[column].Original(values[row]));
    }

    private static IEnumerable<string> Conditions(ProphetHyperparameters hyperparameters) =>
        hyperparameters.Settings.Seasonalities.Select(s => s.Condition).OfType<string>().Distinct(StringComparer.Ordinal);

    private static IReadOnlyList<string> Names(ProphetHyperparameters hyperparameters) =>
        [.. hyperparameters.Settings.Regressors.Select(r => r.Name)
            .Concat(Conditions(hyperparameters))
            .Concat(new[] { hyperparameters.CapColumn, hyperparameters.FloorColumn }.OfType<string>())
            .Distinct(StringComparer.Ordinal)];
}
