using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// How times of two readings are read in a file of which only the last rows are: those may leave open what earlier ones settle. Costs
/// nothing where the first time has one reading.
/// </summary>
internal sealed class EarlierTimes(CsvLayout layout, CsvReadOptions options)
{
    private const TimestampKinds Slashed = TimestampKinds.DayFirst | TimestampKinds.MonthFirst | TimestampKinds.DayOrMonth;
    private const TimestampKinds Digits = TimestampKinds.Hour | TimestampKinds.HourOrEpoch;

    private readonly CsvLayout _times = layout.TimesAlone();
    private readonly List<DateTime> _seen = [];
    private TimestampKinds _kinds;
    private bool? _isOpen;

    /// <summary>Takes note of the next lines of the file.</summary>
    public void See(ReadOnlySpan<byte> lines)
    {
        _isOpen ??= IsOpen(lines);
        if (_isOpen == false)
            return;
        using var block = CsvBlock.Parse(lines, _times, null, options.MaxLineBytes);
        _kinds |= block.Kinds;
        _seen.AddRange(block.Timestamps.AsSpan(0, block.Rows));
    }

    /// <summary>The reading; <see cref="TimestampKinds.Invalid"/> where there is no question.</summary>
    public TimestampKinds Reading() =>
        (_kinds & TimestampKinds.OfTwoReadings) == 0
            ? _kinds & (Slashed | Digits)
            : TwoReadings.Of([.. _seen], _kinds) ?? TimestampKinds.Invalid;

    private bool? IsOpen(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var line = CsvLine.Next(ref lines);
            if (!line.IsEmpty)
                return (CsvLine.KindOf(line, _times) & (Slashed | Digits)) != 0;
        }

        return null;
    }
}
