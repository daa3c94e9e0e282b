using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Sources;

internal sealed class SourceCatalog(
    SourceVersions versions, SourceImport import, SourceSeries series, SourceFolder folder, IObjectStore store) : ISourceCatalog
{
    public long Additions => versions.Additions;

    public async Task<SourceFiles> ResolveAsync(DatasetName name, CancellationToken cancellation)
    {
        var files = await GetAsync(name, cancellation);
        if (!files.Options.HoldSeries)
            return files;

        var list = await SeriesAsync(files, cancellation);
        throw new InvalidInputException(
            $"The files of '{name}' hold {list.Named.Count} series, told apart by their column "
            + $"'{files.Options.Config.Reading.SeriesColumn}', each a dataset of its own: {list.Told}. Name one of these.");
    }

    public async Task<SourceFiles> GetAsync(DatasetName name, CancellationToken cancellation) =>
        await FindAsync(name, cancellation) ?? throw await UnknownAsync(name, cancellation);

    public async Task<SourceFiles?> FindAsync(DatasetName name, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        await import.RunAsync(name, cancellation);
        return await LookAsync(name, isImporting: true, cancellation);
    }

    public Task<SourceFiles?> NewestAsync(DatasetName name, CancellationToken cancellation) =>
        LookAsync(name, isImporting: false, cancellation);

    public Task<SeriesList> SeriesAsync(SourceFiles files, CancellationToken cancellation) =>
        series.OfAsync(files.Whole, files.TrainSha256, files.Options, cancellation);

    public async Task<IReadOnlyList<SourceRow>> VersionsAsync(DatasetName name, CancellationToken cancellation)
    {
        var whole = (await GetAsync(name, cancellation)).Whole;
        var files = await versions.OfAsync(whole, cancellation);

        // What was made of the log of a series is of that alone.
        return whole == name ? files : [.. files.Where(v => v.MadeOf is null), .. await versions.OfAsync(name, cancellation)];
    }

    public Task<SourceRow> AddAsync(
        DatasetName name, string part, Stream file, CancellationToken cancellation, SourceOptions? options = null) =>
        versions.AddAsync(name, part, file, cancellation, options);

    public Task SetOptionsAsync(DatasetName name, SourceOptions options, CancellationToken cancellation) =>
        versions.SetOptionsAsync(name, options, cancellation);

    public async Task<IReadOnlyList<DatasetName>> NamesAsync(CancellationToken cancellation)
    {
        var names = await versions.NamesAsync(cancellation);
        if (Directory.Exists(folder.Path))
            names.AddRange(
                Directory.EnumerateFiles(folder.Path, "*.csv")
                    .Where(f => !RegularFile.IsLink(f))
                    .Select(f => DatasetName.From(Path.GetFileNameWithoutExtension(f))));

        await foreach (var stored in store.ListAsync(ObjectKeys.DatasetBucket, "", cancellation))
            names.Add(DatasetName.From(Path.GetFileNameWithoutExtension(stored.Key.Key)));

        return [.. names.Where(n => DatasetNames.IsName(n.Value)).Distinct().OrderBy(n => n.Value, StringComparer.Ordinal)];
    }

    /// <summary>The sources of a name; where there are none, those of a dataset of which it is a series.</summary>
    private async Task<SourceFiles?> LookAsync(DatasetName name, bool isImporting, CancellationToken cancellation)
    {
        if (await versions.FilesAsync(name, cancellation) is { } own)
            return own;

        foreach (var whole in SourceSeries.WholesOf(name))
        {
            if (await versions.FilesAsync(whole, cancellation) is not { Options.HoldSeries: true } files)
                continue;
            if (isImporting)
            {
                await import.RunAsync(whole, cancellation);
                files = await versions.FilesAsync(whole, cancellation) ?? files;
            }

            var list = await SeriesAsync(files, cancellation);
            if (list.Named.FirstOrDefault(s => s.Name == name) is { } found)
                return files with { Name = name, Options = files.Options.Of(found.Value) };
        }

        return null;
    }

    private async Task<NotFoundException> UnknownAsync(DatasetName name, CancellationToken cancellation)
    {
        const int Most = 20;
        foreach (var whole in SourceSeries.WholesOf(name))
        {
            if (await versions.FilesAsync(whole, cancellation) is { Options.HoldSeries: true } files)
                return new NotFoundException(
                    $"There is no dataset '{name}'; the series of '{whole}' are {(await SeriesAsync(files, cancellation)).Told}.");
        }

        var names = await NamesAsync(cancellation);
        return new NotFoundException(
            $"There is no dataset '{name}'. " + (names.Count == 0
                ? "There are none yet: put <name>.csv into the datasets folder or the 'dataset' bucket."
                : $"Known are {string.Join(", ", names.Take(Most))}{(names.Count > Most ? $" and {names.Count - Most} more" : "")}."));
    }
}
