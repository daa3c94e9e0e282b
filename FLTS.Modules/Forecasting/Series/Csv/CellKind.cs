namespace FLTS.Forecasting.Series.Csv;

/// <summary>What a cell of a measured column turned out to be.</summary>
internal enum CellKind
{
    /// <summary>A whole number, or one with a decimal point.</summary>
    Number,

    /// <summary>A number with a decimal comma.</summary>
    CommaNumber,

    /// <summary>No value.</summary>
    Missing,

    /// <summary>Infinite, or beyond <see cref="CsvBlock.Largest"/>.</summary>
    TooLarge,

    /// <summary>Anything else.</summary>
    Text,
}
