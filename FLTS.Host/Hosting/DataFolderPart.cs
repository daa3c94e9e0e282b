namespace FLTS.Host.Hosting;

/// <summary>The data folder: it can be written to, and there is room for what is written next.</summary>
internal sealed class DataFolderPart(HostSettings settings) : IPart
{
    public string Name => "data_folder";

    public Task ProveAsync(CancellationToken cancellation) => CheckAsync(cancellation);

    public Task CheckAsync(CancellationToken cancellation)
    {
        try
        {
            FreeRoom.Prove(settings.DataDirectory);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException(
                $"The data folder {settings.DataDirectory} takes nothing more: {e.Message} Make room, or let this user write there.",
                e);
        }
    }
}
