using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FLTS.Forecasting.Live;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Windows;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>
/// Entity tag of a forecast: the hash of everything that its answer follows from. It is the same in every process that would answer the
/// same, and another one as soon as a row, the champion, an interval that adapts or this program changes.
/// </summary>
internal static class ForecastTag
{
    /// <param name="model">The champion.</param>
    /// <param name="asked">The rows and the steps.</param>
    /// <param name="levels">Of intervals, in percent.</param>
    /// <param name="format">In which it is written.</param>
    /// <returns>With its quotes.</returns>
    public static string Of(ServedModel model, RequestWindow asked, IReadOnlyList<double> levels, string format)
    {
        var manifest = model.Loaded.Manifest;
        var series = asked.Window.Series;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, typeof(ForecastTag).Module.ModuleVersionId.ToString(), format, model.Identifier.Value, manifest.RunId.Value);
        Add(hash, string.Create(CultureInfo.InvariantCulture, $"{model.Version} {manifest.Attempt} {asked.Steps} {asked.Window.Origin}"));
        foreach (var level in levels)
            Add(hash, level.ToString(CultureInfo.InvariantCulture));
        if (asked.Adapted is { } adapted && levels.Any(AdaptedIntervals.Levels.Contains))
            Add(hash, string.Create(CultureInfo.InvariantCulture, $"intervals {adapted.Revision}"));
        Add(hash, [.. series.Columns, .. series.FellBelowZero, .. asked.Warnings, .. model.LeftOut]);
        hash.AppendData(MemoryMarshal.AsBytes(series.Timestamps.AsSpan()));
        for (var f = 0; f < series.Values.Length; f++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(series.Values[f].AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(series.Observed[f].AsSpan()));
        }

        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"";
    }

    /// <summary>Each with its length, so that no two lists look alike.</summary>
    private static void Add(IncrementalHash hash, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
