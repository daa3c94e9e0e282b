using FLTS.Modules.Page.Settings;

namespace FLTS.Modules.Page.Events;

/// <summary>Who listens, counted by key or address: a browser left open in every tab takes no more than its share.</summary>
internal sealed class Listeners(PageOptions options)
{
    private const int RetryAfterSeconds = 30;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = [];

    /// <returns>The place, given back when it is disposed.</returns>
    /// <exception cref="TooManyException">It has as many as it may.</exception>
    public IDisposable Enter(string whose)
    {
        lock (_lock)
        {
            var count = _counts.GetValueOrDefault(whose);
            if (count >= options.MaxEventConnections)
                throw new TooManyException(
                    $"{count} connections to /events are open by this key or address, as many as may be (Page:MaxEventConnections); close "
                    + "one, or ask for what you look at from time to time.",
                    RetryAfterSeconds);

            _counts[whose] = count + 1;
        }

        return new Place(this, whose);
    }

    private void Leave(string whose)
    {
        lock (_lock)
        {
            if (--_counts[whose] == 0)
                _counts.Remove(whose);
        }
    }

    private sealed class Place(Listeners of, string whose) : IDisposable
    {
        private int _hasLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
                of.Leave(whose);
        }
    }
}
