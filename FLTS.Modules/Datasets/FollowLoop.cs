using System.Collections.Concurrent;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Datasets;

/// <summary>
/// Follows CSVs of the datasets folder that grow (<c>Datasets:Follow</c>): what they are the first time is their dataset's file, and the
/// rows that come after go into the log. A file that was truncated or replaced is read from its beginning; rows of which the same is known
/// are left out there, so that nothing counts twice, whatever dies between two writes.
/// </summary>
internal sealed partial class FollowLoop(
    RowAppender appender,
    FollowedPlaces places,
    SourceFolder folder,
    DatasetOptions options,
    IStartupGate gate,
    TimeProvider time,
    ILogger<FollowLoop> logger) : WakeableLoop(gate, TimeSpan.FromSeconds(options.FollowSeconds), logger)
{
    /// <summary>Read at once at most, where lines may not be longer.</summary>
    private const int ChunkBytes = 1 << 20;

    /// <summary>How long what was refused is left alone: a row that is ahead of the clock is taken when that has come so far.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<DatasetName, (string Reason, long Length, DateTimeOffset At)> _refused = new();

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        if (options.Follow.Length == 0 || !Directory.Exists(folder.Path))
            return;

        foreach (var path in Directory.EnumerateFiles(folder.Path, "*.csv").Order(StringComparer.Ordinal))
        {
            var name = new DatasetName(Path.GetFileNameWithoutExtension(path));
            if (options.IsFollowed(name))
                await TryAsync(name, path, cancellation);
        }
    }

    /// <summary>What is wrong with one file is no reason to leave the others; it is said once a minute.</summary>
    private async Task TryAsync(DatasetName name, string path, CancellationToken cancellation)
    {
        var length = new FileInfo(path).Length;
        if (_refused.TryGetValue(name, out var before) && before.Length == length && time.GetUtcNow() - before.At < _patience)
            return;

        try
        {
            if (await FollowAsync(name, path, cancellation) is not { } refusal)
            {
                _refused.TryRemove(name, out _);
                return;
            }

            _refused[name] = (refusal, length, time.GetUtcNow());
            LogRefused(logger, name, refusal, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _refused[name] = (e.Message, length, time.GetUtcNow());
            LogRefused(logger, name, e.Message, e is FltsException or IOException ? null : e);
        }
    }

    /// <returns>Why a row was not taken; null: all were.</returns>
    private async Task<string?> FollowAsync(DatasetName name, string path, CancellationToken cancellation)
    {
        using var file = FollowedFile.Open(path, options.MaxLineBytes);
        if (file is null)
            return null;

        var stored = await places.FindAsync(name, cancellation);
        var place = stored is not null && file.Holds(stored) ? stored : file.Start();
        if (stored is not null && place != stored)
            LogAnew(logger, name);
        if (place == stored && file.Length == place.Offset)
            return null;

        var files = await appender.FilesAsync(name, [], cancellation);
        while (file.LinesAfter(place, Math.Max(ChunkBytes, options.MaxLineBytes), options.MaxAppendRows) is { Count: > 0 } lines)
        {
            // Cut off or written anew while it was read: what was read may be of neither file.
            if (!file.Holds(place, lines))
                return null;

            var skipped = (int)Math.Clamp(files.Options.Config.Reading.SkipRows - place.Rows, 0, lines.Count);
            var (taken, refusal) = await TakeAsync(files, file.Header, [.. lines.Skip(skipped)], place.Rows + skipped, cancellation);
            FaultPoint.Reach("follow.rows-taken");
            taken += skipped;
            var next = file.At(place.Offset + lines.Take(taken).Sum(l => (long)l.Length), place.Rows + taken);
            // A place is of what was taken: written anew meanwhile, the file would be known by rows that nobody has read.
            if (!file.Holds(place, [.. lines.Take(taken)]) || !await places.MoveAsync(name, stored, next, cancellation))
                return null;

            FaultPoint.Reach("follow.place-written");
            if (refusal is not null)
                return refusal;
            (stored, place) = (next, next);
        }

        return null;
    }

    /// <summary>Takes lines up to the first that cannot be read, which is looked for by halves.</summary>
    private async Task<(int Taken, string? Refusal)> TakeAsync(
        SourceFiles files, byte[] header, ReadOnlyMemory<byte>[] lines, long rowsBefore, CancellationToken cancellation)
    {
        try
        {
            using var body = new MemoryStream();
            body.Write(header);
            body.WriteByte((byte)'\n');
            foreach (var line in lines)
                body.Write(line.Span);
            body.Position = 0;
            var rows = await SentRows.ReadAsync(body, json: false, files.Options, options, cancellation, (int)rowsBefore);
            if (rows.Rows.Count > 0)
                await appender.AppendAsync(files, rows, mayComeAgain: true, cancellation);
            return (lines.Length, null);
        }
        catch (Exception e) when (e is InvalidInputException or TooLargeException)
        {
            if (lines.Length <= 1)
                return (0, e.Message);

            var half = lines.Length / 2;
            var (first, refusal) = await TakeAsync(files, header, lines[..half], rowsBefore, cancellation);
            if (refusal is not null)
                return (first, refusal);

            (var second, refusal) = await TakeAsync(files, header, lines[half..], rowsBefore + half, cancellation);
            return (half + second, refusal);
        }
    }

    [LoggerMessage(
        EventName = "follow_anew",
        Level = LogLevel.Information,
        Message = "{dataset}.csv was truncated or replaced: it is read from its beginning")]
    private static partial void LogAnew(ILogger logger, DatasetName dataset);

    [LoggerMessage(
        EventName = "follow_refused",
        Level = LogLevel.Warning,
        Message = "{dataset}.csv is followed up to here, and not further until this is mended: {reason}")]
    private static partial void LogRefused(ILogger logger, DatasetName dataset, string reason, Exception? exception);
}
