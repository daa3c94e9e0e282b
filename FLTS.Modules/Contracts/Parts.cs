namespace FLTS.Modules.Contracts;

/// <summary>Something outside this process that must work before the gate opens: the database, the object store, the bus.</summary>
public interface IPart
{
    /// <summary>For example <c>database</c>.</summary>
    string Name { get; }

    /// <summary>Whether a process that has begun does its work without it too: a message only wakes (ADR 1).</summary>
    bool IsDispensable => false;

    /// <summary>Makes it ready and proves that it does what it must (migrations; write, read, delete).</summary>
    /// <exception cref="Exception">It is away or refuses; the message says why.</exception>
    Task ProveAsync(CancellationToken cancellation);

    /// <summary>A quick look whether it still answers.</summary>
    /// <exception cref="Exception">It does not.</exception>
    Task CheckAsync(CancellationToken cancellation);
}

/// <summary>What a process that serves can say about itself.</summary>
public interface IServingState
{
    /// <summary>Identifiers with a model loaded.</summary>
    int Loaded { get; }

    /// <summary>Identifiers with a champion, as far as known.</summary>
    int Promoted { get; }

    /// <summary>Identifiers whose champion cannot be loaded, each with the reason.</summary>
    IReadOnlyDictionary<Identifier, string> Refused { get; }

    /// <summary>Forecasts that wait for their turn.</summary>
    int Waiting { get; }

    /// <summary>Completes when what was promoted before this process began is served, or cannot be for now.</summary>
    Task Settled { get; }
}
