namespace FLTS.Host.Hosting;

/// <summary>What every part stands on: the settings, the clock, the data folder.</summary>
internal static class Data
{
    /// <exception cref="FltsException">The data folder cannot be made, or is in use.</exception>
    public static WebApplicationBuilder AddFltsData(this WebApplicationBuilder builder, HostSettings settings)
    {
        var folder = DataFolder.Open(settings);
        builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton(_ => folder)
            .AddSingleton<IPart, DataFolderPart>();
        return builder;
    }

    /// <summary>Makes the container the owner of the folder's lock: it is given back when the container is disposed.</summary>
    public static void UseFltsData(this WebApplication app) => _ = app.Services.GetRequiredService<DataFolder>();
}
