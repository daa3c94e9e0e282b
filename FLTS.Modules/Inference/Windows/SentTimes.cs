using System.Text.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Modules.Inference.Windows;

/// <summary>A list as times: instants where the model's times are instants, else as they are in its data, local times.</summary>
internal static class SentTimes
{
    /// <param name="request">Has the text.</param>
    /// <param name="list">The list.</param>
    /// <param name="model">Whose zone and form of times count.</param>
    /// <param name="into">[rows]</param>
    /// <exception cref="InvalidInputException">One is no time, or has a zone where the dataset has none; names the row.</exception>
    public static void Read(PredictRequest request, SentColumn list, ServingModel model, DateTime[] into)
    {
        var (zone, kinds) = (model.Config.Timezone, TimestampKinds.Invalid);
        var text = request.TextOf(list);
        var reader = new Utf8JsonReader(text);
        reader.Read();
        for (var row = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; row++)
        {
            var isText = reader.TokenType == JsonTokenType.String;
            var value = reader;
            var cell = isText ? SentCells.Characters(ref reader) : SentCells.Value(ref reader, text);
            var kind = Parse(cell, model.Plan.TimeFormat, out var time);
            if (kind == TimestampKinds.Invalid)
                throw new InvalidInputException(
                    $"'data.{list.Name}', row {row + 1}: {Show(ref value, text)} is no timestamp; write ISO 8601 such as "
                    + "2018-02-05 23:40:00, or epoch seconds.");
            if (kind == TimestampKinds.Zoned && zone is null)
                throw new InvalidInputException(
                    $"'data.{list.Name}', row {row + 1}: {Show(ref value, text)} has a zone, but the model's dataset states none; send "
                    + "local times without a zone.");
            kinds |= kind;
            into[row] = DateTime.SpecifyKind(time, kind switch
            {
                TimestampKinds.Zoned or TimestampKinds.Epoch => DateTimeKind.Utc,
                _ when (kind & TimestampKinds.OfTwoReadings) != 0 => TwoReadings.Mark,
                _ => DateTimeKind.Unspecified,
            });
        }

        if ((kinds & TimestampKinds.OfTwoReadings) != 0)
            Decide(request, list, model, into, kinds);
        ZonedTimes.Settle(into, zone, model.Signature.Step.Clock is not null);
    }

    /// <summary>The wall clock's time of a zone.</summary>
    public static DateTime Local(DateTime utc, string? zone) => zone is null ? utc : ZoneClock.Of(zone).Local(utc);

    private static TimestampKinds Parse(ReadOnlySpan<byte> cell, TimeFormat? format, out DateTime time)
    {
        time = default;
        var kind = format?.Parse(cell, out time) ?? TimestampKinds.Invalid;
        return kind == TimestampKinds.Invalid ? TimestampParser.Parse(cell, out time) : kind;
    }

    private static void Decide(PredictRequest request, SentColumn list, ServingModel model, DateTime[] times, TimestampKinds kinds)
    {
        var reading = TwoReadings.Of(times, kinds, model.Signature.Step.Duration)
            ?? throw new InvalidInputException(
                $"'data.{list.Name}': times such as {SentCells.Show(request, list, 0)} can be read in two ways, and the rows do not settle "
                + "which; write ISO 8601 such as 2018-02-05 23:40:00.");
        foreach (ref var time in times.AsSpan())
            time = time.Kind == TwoReadings.Mark && reading == TimestampKinds.Epoch
                ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
                : TwoReadings.Read(time, reading);
    }

    private static string Show(ref Utf8JsonReader value, ReadOnlySpan<byte> text) => SentCells.Show(SentCells.Value(ref value, text));
}
