using FLTS.Modules;

namespace FLTS.Host.Hosting;

/// <summary>The settings that choose between the two ways to run, read and checked once.</summary>
internal sealed record HostSettings
{
    /// <summary>Full path of the folder of database, objects, keys and logs; <c>Data:Directory</c>, default <c>./data</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary><c>Database:Provider</c> <c>postgres</c> instead of <c>sqlite</c>.</summary>
    public bool IsPostgres { get; init; }

    /// <summary><c>Storage:Provider</c> <c>s3</c> instead of <c>folder</c>.</summary>
    public bool IsS3 { get; init; }

    /// <summary><c>Bus:Transport</c> <c>rabbitmq</c> instead of <c>memory</c>.</summary>
    public bool IsRabbitMq { get; init; }

    /// <summary><c>Bus:RabbitMq:Uri</c>; an absolute URI where the bus is RabbitMQ.</summary>
    public string? RabbitMqUri { get; init; }

    /// <summary><c>Jobs:Storage</c> <c>postgres</c> instead of <c>memory</c>.</summary>
    public bool JobsInPostgres { get; init; }

    /// <summary>Where it is going to listen.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Modules of this process, in flow order; <c>Modules:Enabled</c>, default all.</summary>
    public required IReadOnlyList<IModule> Modules { get; init; }

    /// <summary>Whether this build has the libraries that nets and trees are trained with.</summary>
    public static bool HasTrainers { get; } = !AppContext.TryGetSwitch("FLTS.Trainers", out var has) || has;

    /// <summary>Everything in this process and its data folder: no other program, no other process.</summary>
    public bool IsEmbedded => !IsPostgres;

    /// <summary>
    /// Every section there is, in the order of appsettings.json; <c>Logging</c> and <c>Serilog</c> are the libraries' own.
    /// </summary>
    public static IReadOnlyList<string> Sections { get; } =
    [
        "Modules", "Data", "Database", "Jobs", "Bus", "Security", "Storage", "Limits", "Requests", "Datasets", "Preprocessing",
        "Training", "Models", "Evaluation", "Inference", "Monitoring", "Pipeline", "Schedules", "Retention", "Access", "Page",
        "Telemetry",
        "Logging", "Serilog",
    ];

    /// <exception cref="InvalidInputException">Settings that cannot work, by name.</exception>
    public static HostSettings Read(IConfiguration configuration) => Read(configuration, HasTrainers);

    /// <param name="configuration">All settings.</param>
    /// <param name="hasTrainers">Whether the build has what nets and trees are trained with.</param>
    /// <exception cref="InvalidInputException">Settings that cannot work, by name.</exception>
    internal static HostSettings Read(IConfiguration configuration, bool hasTrainers)
    {
        RefuseUnknown(configuration);
        var enabled = SettingList.Texts(configuration, "Modules:Enabled");
        var names = ModuleCatalog.All.Select(m => m.Name).ToList();
        if (enabled.FirstOrDefault(e => !names.Contains(e, StringComparer.OrdinalIgnoreCase)) is { } stranger)
            throw new InvalidInputException($"Modules:Enabled names '{stranger}'; modules are {string.Join(", ", names)}.");

        string[] wanted =
            [.. enabled, .. enabled.Select(ModuleCatalog.Companions.GetValueOrDefault).OfType<string>(), .. ModuleCatalog.Foundations];
        var settings = new HostSettings
        {
            DataDirectory = Path.GetFullPath(configuration["Data:Directory"] ?? "./data"),
            IsPostgres = Choice(configuration, "Database:Provider", "sqlite", "postgres"),
            IsS3 = Choice(configuration, "Storage:Provider", "folder", "s3"),
            IsRabbitMq = Choice(configuration, "Bus:Transport", "memory", "rabbitmq"),
            RabbitMqUri = configuration["Bus:RabbitMq:Uri"],
            JobsInPostgres = Choice(configuration, "Jobs:Storage", "memory", "postgres"),
            Addresses = AddressesOf(configuration),
            Modules = [.. ModuleCatalog.All.Where(m => enabled.Count == 0 || wanted.Contains(m.Name, StringComparer.OrdinalIgnoreCase))],
        };
        settings.Check();
        if (!hasTrainers)
            settings.RefuseToTrain();
        CheckUrls(configuration["urls"]);
        return settings;
    }

    /// <summary>Of the sections that are read here; modules look at their own.</summary>
    private static void RefuseUnknown(IConfiguration configuration)
    {
        SettingNames.RefuseOthers(configuration.GetSection("Modules"), "Enabled");
        SettingNames.RefuseOthers(configuration.GetSection("Data"), "Directory");
        SettingNames.RefuseOthers(configuration.GetSection("Jobs"), "Storage");
        SettingNames.RefuseOthers(configuration.GetSection("Bus"), "Transport", "RabbitMq");
        SettingNames.RefuseOthers(configuration.GetSection("Bus:RabbitMq"), "Uri", "Username", "Password");
        SettingNames.RefuseOthers(configuration.GetSection("Security"), "AdminKey");
    }

    /// <summary>As the server chooses them: ports alone mean every address of the machine.</summary>
    private static List<string> AddressesOf(IConfiguration configuration)
    {
        List<string> addresses =
            [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>()];
        if (configuration["urls"] is { Length: > 0 } urls)
            addresses.AddRange(Split(urls));
        else
            addresses.AddRange(Split($"{configuration["http_ports"]};{configuration["https_ports"]}").Select(p => $"http://*:{p}"));

        return addresses;
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private void Check()
    {
        if (JobsInPostgres && !IsPostgres)
            throw new InvalidInputException(
                "Jobs:Storage is 'postgres' but Database:Provider is 'sqlite': jobs are kept in the same PostgreSQL; set "
                + "Database:Provider to 'postgres' too.");
        if (IsRabbitMq && !Uri.TryCreate(RabbitMqUri, UriKind.Absolute, out _))
            throw new InvalidInputException(
                "Bus:RabbitMq:Uri is missing or no URI; with Bus:Transport 'rabbitmq' it must be such as "
                + "amqp://user:password@rabbitmq:5672/.");

        var local = new[]
        {
            (IsPostgres, "Database:Provider=sqlite"),
            (IsS3, "Storage:Provider=folder"),
            (IsRabbitMq, "Bus:Transport=memory"),
            (JobsInPostgres, "Jobs:Storage=memory"),
        }
            .Where(p => !p.Item1).Select(p => p.Item2).ToList();
        var leftOut = ModuleCatalog.All.Except(Modules).Select(m => m.Name).Except(ModuleCatalog.Dispensable);
        if (leftOut.Any() && local.Count > 0)
        {
            throw new InvalidInputException(
                $"Modules:Enabled leaves modules out, so other processes must do their work, but {string.Join(", ", local)} can be "
                + "reached by this process alone. "
                + "Use PostgreSQL, S3 and RabbitMQ, or enable all modules.");
        }
    }

    private void RefuseToTrain()
    {
        var trainers = Modules.Select(m => m.Name).Intersect(ModuleCatalog.NativeTrainers).ToList();
        if (trainers.Count > 0)
            throw new InvalidInputException(
                $"This build has nothing to train with (FltsTrainers=false), but is to run {string.Join(", ", trainers)}: name the "
                + "modules it is for, such as Modules:Enabled:0=Inference (as an environment variable Modules__Enabled__0), or take the "
                + "full build.");
    }

    private static void CheckUrls(string? urls)
    {
        foreach (var url in Split(urls))
        {
            try
            {
                var address = BindingAddress.Parse(url);
                if (!address.IsUnixPipe && !address.IsNamedPipe && address.Port is < 0 or > 65_535)
                    throw new InvalidInputException($"The address '{url}' (--urls) has the port {address.Port}; ports are 0 to 65535.");
            }
            catch (FormatException e)
            {
                throw new InvalidInputException($"The address '{url}' (--urls) is no URL; it must be such as http://127.0.0.1:8080.", e);
            }
        }
    }

    private static bool Choice(IConfiguration configuration, string name, string embedded, string full)
    {
        var value = configuration[name] ?? embedded;
        return value == full
            || (value == embedded ? false : throw new InvalidInputException($"{name} is '{value}'; it must be '{embedded}' or '{full}'."));
    }
}
