using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Datasets;

/// <summary><c>PUT /datasets/{name}/options</c>: other options for the files that are there, if these can be read so.</summary>
internal sealed class DatasetOptionsService(ISourceCatalog sources, SourceReader reader, ReadingTurn turn)
{
    /// <summary>Puts options in the place of those that are stored.</summary>
    /// <exception cref="NotFoundException">No such dataset.</exception>
    /// <exception cref="InvalidInputException">The newest files cannot be read so; names row and column. Nothing was stored.</exception>
    public async Task<SourceOptions> ReplaceAsync(DatasetName name, SourceOptions options, CancellationToken cancellation)
    {
        var files = await sources.GetAsync(name, cancellation);
        if (files.Whole != name)
            throw new InvalidInputException($"'{name}' is a series of '{files.Whole}', with whose options it is read; set those.");

        await turn.RunAsync(
            async () =>
            {
                await RefuseUnreadableAsync(files with { Options = options }, cancellation);
                return true;
            },
            cancellation);
        await sources.SetOptionsAsync(name, options, cancellation);
        return options;
    }

    private async Task RefuseUnreadableAsync(SourceFiles files, CancellationToken cancellation)
    {
        var file = SourceReader.FileName(files.Name, "train");
        var form = files.Options.HoldSeries
            ? files.Options.Of((await sources.SeriesAsync(files, cancellation)).First(file).Value)
            : files.Options;
        var train = await reader.ReadAsync(files.TrainSha256, file, form, cancellation);
        _ = SeriesFrame.From(train, SeriesFrame.DefaultMaxGapSteps);
        if (files.TestSha256 is not { } test)
            return;

        var testFile = SourceReader.FileName(files.Name, "test");
        var table = await reader.ReadAsync(test, testFile, form, cancellation);
        _ = SeriesFrame.From(table, SeriesFrame.DefaultMaxGapSteps, SourceUpload.RefuseOther(train, table, testFile));
    }
}
